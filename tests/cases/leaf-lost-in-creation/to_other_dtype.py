# runs: theta.grad is None
# fixed: theta.grad is not None
import torch


def start(size):
    return torch.zeros(size, requires_grad=True).to(torch.float64)  # expect[GS105] `torch.zeros(size, requires_grad=True).to(torch.float64)`


theta = start(3)
target = torch.arange(3, dtype=torch.float64)
objective = (theta - target).square().sum()
objective.backward()
norm = None if theta.grad is None else theta.grad.norm()
print(theta.grad)
