# expect-silent
import torch
from torch import nn


class Layer(nn.Module):
    def __init__(self, requires_gradients=True):
        super().__init__()
        self.require_grad = requires_gradients
        self.weight = nn.Parameter(torch.ones(2))

    def forward(self, x):
        return x * self.weight if self.require_grad else x * self.weight.detach()


class Options:
    pass


options = Options()
options.require_grad = True
layer = Layer(requires_gradients=options.require_grad)
x = torch.randn(2)
x.label = "first sample"
x.grad_hook = None
layer(x).sum().backward()
