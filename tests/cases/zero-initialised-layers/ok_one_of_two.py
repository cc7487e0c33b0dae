# expect-silent
import math

import torch
from torch import nn

torch.manual_seed(0)


class LowRank(nn.Module):
    def __init__(self, layer, rank=2):
        super().__init__()
        self.layer = layer.requires_grad_(False)
        self.a = nn.Parameter(torch.empty(rank, layer.in_features))
        self.b = nn.Parameter(torch.zeros(layer.out_features, rank))
        nn.init.kaiming_uniform_(self.a, a=math.sqrt(5))

    def forward(self, x):
        return self.layer(x) + x @ self.a.t() @ self.b.t()


class Residual(nn.Module):
    """Starts as the identity: the last layer of the branch is zero, the first is not."""

    def __init__(self, width):
        super().__init__()
        self.first = nn.Linear(width, width)
        self.last = nn.Linear(width, width)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)
        self.gate = nn.Parameter(torch.ones(1))

    def forward(self, x):
        return x + self.gate * self.last(torch.relu(self.first(x)))


net = nn.Sequential(LowRank(nn.Linear(4, 4)), Residual(4), Residual(4), nn.Linear(4, 1))
nn.init.zeros_(net[3].weight)
nn.init.zeros_(net[3].bias)
optimizer = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=0.1)
for _ in range(2):
    optimizer.zero_grad()
    (net(torch.randn(8, 4)) - 1.0).pow(2).mean().backward()
    optimizer.step()
