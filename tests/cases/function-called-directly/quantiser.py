# runs: model.scale.grad.abs().sum() == 0
# fixed: model.scale.grad.abs().sum() > 0
# why: running shows the error of PyTorch itself; what a Function does inside is read only
import torch
from torch import nn


class RoundThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.round(x)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output


class Quantised(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.full((4,), 0.3))

    def forward(self, x):
        return RoundThrough.forward(None, x * self.scale)  # static[GS802] `RoundThrough.forward(None, x * self.scale)`


torch.manual_seed(0)
model = Quantised()
target = torch.ones(8, 4)
loss = (model(torch.randn(8, 4)) - target).pow(2).mean()
loss.backward()
