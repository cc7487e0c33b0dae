# expect-silent
import torch
from torch import nn
from torch.autograd import Function


class LayerScale(Function):
    """Keeps what it computed on the way, which is neither an input nor the output."""

    @staticmethod
    def forward(ctx, x, weight):
        scale = weight.sigmoid()
        ctx.scale = scale
        ctx.save_for_backward(x)
        return x * scale

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        grad_weight = (grad_output * x).sum(0) * ctx.scale * (1 - ctx.scale)
        return grad_output * ctx.scale, grad_weight


layer = nn.Linear(3, 3)
weight = nn.Parameter(torch.zeros(3))
optimizer = torch.optim.SGD([*layer.parameters(), weight], lr=0.1)
for _ in range(3):
    loss = LayerScale.apply(layer(torch.rand(5, 3)), weight).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
