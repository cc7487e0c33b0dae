# expect-silent
import torch
from torch import nn
from torch.autograd import Function


class Round(Function):
    @staticmethod
    def forward(ctx, x, levels):
        return torch.round(x * levels) / levels

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output, None


class Quantiser:
    """An object with settings that is called, and uses a function."""

    def __init__(self, levels):
        self.levels = levels

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        return Round.apply(x, self.levels)


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.quantise = Quantiser(4)
        self.linear = nn.Linear(3, 1)

    def forward(self, x):
        return self.linear(self.quantise(x))


x = torch.rand(4, 3, requires_grad=True)
Layer()(x).sum().backward()
