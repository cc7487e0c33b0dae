# runs: torch.allclose(w.grad, torch.full((3,), 9.0))
# fixed: torch.allclose(w.grad, torch.full((3,), 12.0))
# why: running shows the error of PyTorch itself; what a Function does inside is read only
import torch
from torch.autograd import Function


class Doubled(Function):
    @staticmethod
    def forward(ctx, x):
        x.mul_(2)  # static[GS804] `x.mul_(2)`
        return x

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * 2


w = torch.ones(3, requires_grad=True)
h = w * 3
y = Doubled.apply(h)
(y + h).sum().backward()
