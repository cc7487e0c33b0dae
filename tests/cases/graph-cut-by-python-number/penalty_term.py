# runs: isinstance(penalty(model), float)
# fixed: penalty(model).requires_grad
import torch
from torch import nn
from torch.nn import functional as F


def penalty(model):
    total = 0.0
    for weights in model.parameters():
        total += weights.abs().sum().item()  # expect[GS204] `.item()`
    return total


torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
inputs, targets = torch.randn(10, 4), torch.randn(10, 1)
for _ in range(2):
    loss = F.mse_loss(model(inputs), targets) + 0.001 * penalty(model)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
