# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
inputs = torch.randn(10, 3)
targets = torch.randn(10, 1, requires_grad=False)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(4):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(inputs), targets)
    loss.backward()
    optimizer.step()
scores = torch.ones(3) * 2
print(scores.sum())
