# runs: direction.grad.isnan().any()
# fixed: not direction.grad.isnan().any()
import torch
from torch import nn

torch.manual_seed(0)
direction = nn.Parameter(torch.zeros(3))
optimizer = torch.optim.SGD([direction], lr=0.1)
points = torch.randn(10, 3)


def spread_along(vector):
    unit = vector / vector.norm()  # expect[GS703] `vector / vector.norm()`
    return (points @ unit).pow(2).mean()


for _ in range(2):
    optimizer.zero_grad()
    loss = -spread_along(direction)
    loss.backward()
    optimizer.step()
