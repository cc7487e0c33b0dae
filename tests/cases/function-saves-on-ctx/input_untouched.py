# runs: torch.allclose(w.grad, 2 * w.detach())
# fixed: none
# why: nothing goes wrong here: the hint says what would not be noticed
import torch


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.x = x  # static[GS803 hint] `ctx.x = x`
        return x * x

    @staticmethod
    def backward(ctx, grad_output):
        return 2 * ctx.x * grad_output


w = torch.rand(4, requires_grad=True)
Square.apply(w).sum().backward()
