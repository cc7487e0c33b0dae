# expect-silent
import torch
from torch.autograd import Function


class Quantise(Function):
    @staticmethod
    def forward(ctx, x, steps):
        return torch.round(x * steps) / steps

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output, None


class QuantiseClipped(Function):
    """Borrows the body of another function inside its own."""

    @staticmethod
    def forward(ctx, x, steps):
        ctx.save_for_backward(x)
        return Quantise.forward(ctx, x.clamp(0, 1), steps)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return grad_output * ((x >= 0) & (x <= 1)), None


quantise = QuantiseClipped.apply
w = torch.rand(6, requires_grad=True)
quantise(w, 4).sum().backward()
with torch.no_grad():
    print(Quantise.forward(None, w, 8))
print(Quantise.forward(None, torch.rand(3), 8))
