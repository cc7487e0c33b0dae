# expect-silent
import torch
from torch.autograd import Function


class Shrink(Function):
    @staticmethod
    def forward(ctx, x, threshold, mode="soft"):
        ctx.threshold = threshold
        ctx.mode = mode
        ctx.shape = x.shape
        ctx.mask = x.abs() > threshold
        return torch.where(ctx.mask, x - threshold * x.sign(), torch.zeros_like(x))

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output.reshape(ctx.shape) * ctx.mask, None, None


class Exp(Function):
    @staticmethod
    def forward(ctx, x):
        result = x.exp()
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad_output):
        (result,) = ctx.saved_tensors
        return grad_output * result


w = torch.randn(5, requires_grad=True)
(Shrink.apply(w, 0.1) + Exp.apply(w)).sum().backward()
