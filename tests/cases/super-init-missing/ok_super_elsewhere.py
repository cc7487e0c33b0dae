# expect-silent
import torch
from torch import nn


class Configured(nn.Module):
    def __init__(self, width):
        self.setup(width)
        self.layer = nn.Linear(width, 1)

    def setup(self, width):
        super().__init__()
        self.width = width

    def forward(self, x):
        return self.layer(x)


class Mixin:
    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.scale = nn.Parameter(torch.ones(1))


class Scaled(Mixin, Configured):
    def __init__(self, width):
        super().__init__(width)
        self.extra = nn.Linear(1, 1)

    def forward(self, x):
        return self.extra(super().forward(x)) * self.scale


Scaled(4)(torch.ones(2, 4)).sum().backward()
