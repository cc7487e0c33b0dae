# runs: alive() is not None
# fixed: none
# why: running shows the error of PyTorch itself; what a Function does inside is read only
import gc
import weakref

import torch
from torch import nn

gc.disable()


class Softplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        result = torch.log1p(x.exp())
        ctx.result = result  # static[GS803] `ctx.result = result`
        return result

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * (1 - torch.exp(-ctx.result))


layer = nn.Linear(3, 3)
hidden = Softplus.apply(layer(torch.randn(2, 3)))
alive = weakref.ref(hidden)
hidden.sum().backward()
del hidden
