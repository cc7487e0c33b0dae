# runs: raises RuntimeError: Only Tensors of floating point and complex dtype can require gradients
# fixed: model.offsets.grad is not None
import torch
from torch import nn


class Shift(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.offsets = nn.Parameter(torch.full((size,), 1))  # expect[GS102] `nn.Parameter(torch.full((size,), 1))`

    def forward(self, x):
        return x + self.offsets


model = Shift(3)
model(torch.randn(2, 3)).sum().backward()
