# runs: raises RuntimeError: modified by an inplace operation
# fixed: net.lift.weight.grad is not None
import torch
from torch import nn
from torch.nn import functional as F


class Gate(nn.Module):
    def __init__(self):
        super().__init__()
        self.lift = nn.Linear(4, 4)

    def forward(self, x):
        gate = torch.sigmoid(self.lift(x))
        return F.relu(gate, inplace=True) * x  # expect[GS302] `F.relu(gate, inplace=True)`


torch.manual_seed(0)
net = Gate()
net(torch.randn(3, 4)).mean().backward()
