# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x in torch.randn(6, 8, 3):
    optimizer.step()
    optimizer.zero_grad()
    loss = model(x).pow(2).mean()
    loss.backward()
optimizer.step()
