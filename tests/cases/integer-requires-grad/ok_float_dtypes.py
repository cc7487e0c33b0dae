# expect-silent
import torch
from torch import nn

grid = torch.arange(5, dtype=torch.float64, requires_grad=True)
powers = torch.arange(1.0, 4.0).requires_grad_()
counts = nn.Parameter(torch.tensor([3, 1, 2]), requires_grad=False)
steps = torch.tensor([1, 2, 3]).float().requires_grad_()
(grid.sum() + (powers * counts * steps).sum()).backward()
print(grid.grad, powers.grad, steps.grad)
