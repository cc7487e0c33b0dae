# expect-silent
import torch
from torch.autograd import Function


class InPlaceExp(Function):
    @staticmethod
    def forward(ctx, x):
        x.exp_()
        ctx.mark_dirty(x)
        ctx.save_for_backward(x)
        return x

    @staticmethod
    def backward(ctx, grad_output):
        (result,) = ctx.saved_tensors
        return grad_output * result


class Normalised(Function):
    @staticmethod
    def forward(ctx, x, buffer):
        out = x.clone()
        out -= out.mean()
        buffer.copy_(x.mean())
        return out

    @staticmethod
    def backward(ctx, grad_output):
        grad = grad_output.clone()
        grad -= grad_output.mean()
        return grad, None


w = torch.rand(4, requires_grad=True)
seen = torch.zeros(())
y = InPlaceExp.apply(w * 2)
(Normalised.apply(w * 3, seen) * torch.arange(4.0) + y).sum().backward()
