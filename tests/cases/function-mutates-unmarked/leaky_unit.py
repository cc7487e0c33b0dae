# runs: bool((features < 0).sum() == 0)
# fixed: none
# why: running shows the error of PyTorch itself; what a Function does inside is read only
import torch
from torch import nn


class Rectified(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x > 0)
        x[x < 0] = 0  # static[GS804] `x[x < 0] = 0`
        return x.clone()

    @staticmethod
    def backward(ctx, grad_output):
        (positive,) = ctx.saved_tensors
        return grad_output * positive


class Unit(nn.Module):
    def forward(self, features):
        return features + Rectified.apply(features)


torch.manual_seed(0)
w = torch.randn(4, 4, requires_grad=True)
features = w * 1.0
Unit()(features).sum().backward()
