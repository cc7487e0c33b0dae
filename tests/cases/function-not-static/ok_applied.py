# expect-silent
import torch
from torch.autograd import Function


class Doubled(Function):
    """Lacks the decorators, and works all the same through `apply`."""

    def forward(ctx, x):
        return x * 2

    def backward(ctx, grad_output):
        return grad_output * 2


class Halved(Function):
    @staticmethod
    def forward(x):
        return x / 2

    @staticmethod
    def setup_context(ctx, inputs, output):
        (ctx.shape,) = (inputs[0].shape,)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output.view(ctx.shape) / 2


class Plain:
    """Not an autograd function."""

    def forward(self, x):
        return x + 1


w = torch.ones(3, requires_grad=True)
Plain().forward(Halved.apply(Doubled.apply(w))).sum().backward()
