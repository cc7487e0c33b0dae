# expect-silent
import torch
from torch.autograd import Function


class Masked(Function):
    @staticmethod
    def forward(ctx, x, mask):
        mask[0] = True
        result = x.clone()
        result[mask] = 0
        ctx.save_for_backward(mask)
        return result

    @staticmethod
    def backward(ctx, grad_output):
        (mask,) = ctx.saved_tensors
        grad_input = grad_output.clone()
        grad_input[mask] = 0
        return grad_input, None


w = torch.randn(6, requires_grad=True)
mask = w.detach() > 1
Masked.apply(w * 2, mask).sum().backward()
