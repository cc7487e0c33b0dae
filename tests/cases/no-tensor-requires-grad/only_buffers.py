# runs: raises RuntimeError: element 0 of tensors does not require grad
# fixed: none
# why: nothing here was ever meant to be trained as far as the text says, so there is nothing to offer
import torch
from torch import nn


class Standardise(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(3))
        self.register_buffer("scale", torch.ones(3))

    def forward(self, x):
        return (x - self.mean) / self.scale


layer = Standardise()
loss = layer(torch.randn(4, 3)).pow(2).sum()
loss.backward()  # expect[GS101] `loss.backward()`
