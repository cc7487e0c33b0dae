# runs: raises AttributeError: cannot assign parameters before Module.__init__() call
# fixed: layer.gain.grad is not None
# why: the probe does not watch what modules are given yet
import torch
from torch import nn


class Gain(nn.Module):
    def __init__(self, width):
        """A gain for each channel."""
        self.width = width
        self.gain = nn.Parameter(torch.ones(width))  # static[GS503] `self.gain = nn.Parameter(torch.ones(width))`

    def forward(self, x):
        return x * self.gain


layer = Gain(3)
layer(torch.ones(2, 3)).sum().backward()
