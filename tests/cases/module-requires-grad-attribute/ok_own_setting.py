# expect-silent
import torch
from torch import nn


class Features(nn.Module):
    def __init__(self, requires_grad=False):
        super().__init__()
        self.body = nn.Linear(4, 4)
        self.requires_grad = requires_grad
        if not requires_grad:
            for p in self.parameters():
                p.requires_grad = False

    def forward(self, x):
        return self.body(x)


class Gate(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(4, 4)

    @property
    def requires_grad(self):
        return self.inner.weight.requires_grad

    @requires_grad.setter
    def requires_grad(self, flag):
        self.inner.requires_grad_(flag)

    def forward(self, x):
        return self.inner(x)


features, gate, head = Features(), Gate(), nn.Linear(4, 1)
gate.requires_grad = False
loss = head(gate(features(torch.ones(2, 4)))).sum()
loss.backward()
