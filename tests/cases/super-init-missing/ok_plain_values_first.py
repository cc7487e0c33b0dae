# expect-silent
import torch
from torch import nn


class Base(nn.Module):
    def __init__(self, width):
        nn.Module.__init__(self)
        self.inner = nn.Linear(width, width)


class Named:
    def __init__(self, name):
        super().__init__()
        self.name = name


class Wide(Named, Base):
    def __init__(self, width, factor):
        self.factor = factor
        self.sizes = [width * factor, width]
        Base.__init__(self, width)
        self.outer = nn.Linear(width, width * factor)

    def forward(self, x):
        return self.outer(self.inner(x)) * self.factor


class Inherited(Base):
    def forward(self, x):
        return self.inner(x)


Wide(3, 2)(torch.ones(1, 3)).sum().backward()
Inherited(3)(torch.ones(1, 3)).sum().backward()
