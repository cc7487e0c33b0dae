# expect-silent
import torch
from torch import nn
from torch.autograd import Function


class ScaleGradient(Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.factor = factor
        return x.clone()

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * ctx.factor, None


class GradientScaler(nn.Module):
    """A module around a function: objects of it are called as usual."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return ScaleGradient.apply(x, self.factor)


model = nn.Sequential(nn.Linear(3, 3), GradientScaler(0.1), nn.Linear(3, 1))
model(torch.rand(4, 3)).mean().backward()
GradientScaler(0.5).forward(model[0](torch.rand(2, 3))).sum().backward()
