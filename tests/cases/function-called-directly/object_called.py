# runs: raises RuntimeError: Legacy autograd function
# fixed: w.grad is not None
# why: running shows the error of PyTorch itself; what a Function does inside is read only
import torch
from torch.autograd import Function


class Swish(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        s = torch.sigmoid(x)
        return grad_output * (s + x * s * (1 - s))


def activation(x):
    return Swish()(x)  # static[GS802] `Swish()(x)`


w = torch.randn(5, requires_grad=True)
activation(w).sum().backward()
