# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
lower, upper = nn.Linear(4, 3), nn.Linear(3, 1)
optimizer = torch.optim.SGD([*lower.parameters(), *upper.parameters()], lr=0.1)
for _ in range(2):
    features = lower(torch.randn(5, 4))
    boundary = features.detach().requires_grad_(True)
    loss = upper(boundary).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    features.backward(boundary.grad)
    optimizer.step()
