# runs: raises RuntimeError: returned an incorrect number of gradients (expected 3, got 2)
# fixed: layer.weight.grad is not None
# why: running shows the error of PyTorch itself; what a Function does inside is read only
import torch
from torch import nn


class LinearFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, inputs, weight, bias):
        ctx.save_for_backward(inputs, weight)
        return inputs @ weight.t() + bias

    @staticmethod
    def backward(ctx, grad_output):
        inputs, weight = ctx.saved_tensors
        grad_input = grad_output @ weight
        grad_weight = grad_output.t() @ inputs
        return grad_input, grad_weight  # static[GS801] `grad_input, grad_weight`


class Dense(nn.Module):
    def __init__(self, width_in, width_out):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(width_out, width_in) * 0.1)
        self.bias = nn.Parameter(torch.zeros(width_out))

    def forward(self, inputs):
        return LinearFunction.apply(inputs, self.weight, self.bias)


layer = Dense(4, 2)
layer(torch.randn(5, 4)).pow(2).mean().backward()
