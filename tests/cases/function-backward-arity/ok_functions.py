# expect-silent
import torch
from torch import nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable


class Power(Function):
    @staticmethod
    def forward(ctx, x, exponent):
        ctx.save_for_backward(x)
        ctx.exponent = exponent
        return x**exponent

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        if not ctx.needs_input_grad[0]:
            return None, None
        return grad_output * ctx.exponent * x ** (ctx.exponent - 1), None


class Affine(Function):
    """Gradients gathered in names, and Nones too many at the end."""

    @staticmethod
    def forward(ctx, x, weight, bias=None):
        ctx.save_for_backward(x, weight, bias)
        out = x @ weight.t()
        return out if bias is None else out + bias

    @staticmethod
    def backward(ctx, grad_output):
        x, weight, bias = ctx.saved_tensors
        grad_x = grad_weight = grad_bias = None
        if ctx.needs_input_grad[0]:
            grad_x = grad_output @ weight
        if ctx.needs_input_grad[1]:
            grad_weight = grad_output.t() @ x
        if bias is not None and ctx.needs_input_grad[2]:
            grad_bias = grad_output.sum(0)
        return grad_x, grad_weight, grad_bias


class Round(Function):
    @staticmethod
    def forward(ctx, x):
        return x.round()

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output, None, None


class Pair(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a * b, a + b

    @staticmethod
    def backward(ctx, grad_product, grad_sum):
        a, b = ctx.saved_tensors
        gradients = (grad_product * b + grad_sum, grad_product * a + grad_sum)
        return gradients


w = torch.rand(2, 3, requires_grad=True)
x = torch.rand(4, 3)
product, total = Pair.apply(Power.apply(w, 3), Round.apply(w * 4))
loss = product.sum() + total.sum() + Affine.apply(x, w).mean()
loss.backward()
