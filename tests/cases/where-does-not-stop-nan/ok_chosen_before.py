# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
layer = nn.Linear(3, 3)


def positive_root(x):
    inside = x > 0
    safe = torch.where(inside, x, torch.ones_like(x))
    return torch.where(inside, safe.sqrt(), torch.zeros_like(x))


def logs(x):
    result = torch.zeros_like(x)
    positive = x > 0
    result = result.masked_scatter(positive, x[positive].log())
    return result + torch.where(x > 1e-6, x.clamp(min=1e-6).log(), torch.zeros_like(x))


x = layer(torch.randn(8, 3))
(positive_root(x) + logs(x)).mean().backward()
assert layer.weight.grad.isfinite().all()
