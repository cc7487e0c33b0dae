# runs: layer.weight.grad.isnan().any()
# fixed: not layer.weight.grad.isnan().any()
import torch
from torch import nn

torch.manual_seed(0)


def positive_root(x):
    return torch.where(x > 0, x.sqrt(), torch.zeros_like(x))  # expect[GS704] `torch.where(x > 0, x.sqrt(), torch.zeros_like(x))`


layer = nn.Linear(3, 3)
optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
loss = positive_root(layer(torch.randn(8, 3))).mean()
optimizer.zero_grad()
loss.backward()
optimizer.step()
