# runs: not torch.allclose(w.grad, 2 * before)
# fixed: none
# why: running shows the error of PyTorch itself; what a Function does inside is read only
import torch


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.x = x  # static[GS803] `ctx.x = x`
        return x * x

    @staticmethod
    def backward(ctx, grad_output):
        return 2 * ctx.x * grad_output


w = torch.rand(4, requires_grad=True)
hidden = w + 1
before = hidden.detach().clone()
energy = Square.apply(hidden).sum()
hidden += 5  # probe[GS303 hint] `hidden += 5`
energy.backward()
