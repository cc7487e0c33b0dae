# runs: raises RuntimeError: Legacy autograd function
# fixed: none
# why: running shows the error of PyTorch itself; what a Function does inside is read only
import torch
from torch import nn
from torch.autograd import Function


class ReverseGradient(Function):
    def __init__(self, strength):
        self.strength = strength

    def forward(self, x):  # static[GS805] `def forward`
        return x.view_as(x)

    def backward(self, grad_output):
        return -self.strength * grad_output


class Adversary(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(8, 1)

    def forward(self, features, strength):
        return self.out(ReverseGradient(strength)(features))


encoder, adversary = nn.Linear(3, 8), Adversary()
score = adversary(encoder(torch.randn(4, 3)), 0.3)
score.mean().backward()
