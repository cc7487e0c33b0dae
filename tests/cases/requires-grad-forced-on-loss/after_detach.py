# runs: all(p.grad is None for p in model.parameters())
# fixed: all(p.grad is not None for p in model.parameters())
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
inputs, targets = torch.randn(6, 4), torch.randn(6, 1)
for _ in range(3):
    optimizer.zero_grad()
    prediction = model(inputs).detach()
    loss = (prediction - targets).pow(2).mean()
    loss.requires_grad_(True)  # expect[GS208] `loss.requires_grad_(True)`
    loss.backward()
    optimizer.step()
