# runs: "offset" not in dict(model.named_parameters())
# fixed: "offset" in dict(model.named_parameters())
# why: the probe does not watch what modules are given yet
import torch
from torch import nn


class Affine(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width, dtype=torch.float64))
        self.offset = nn.Parameter(torch.zeros(width)).double()  # static[GS502] `nn.Parameter(torch.zeros(width)).double()`

    def forward(self, x):
        return x * self.scale + self.offset


def fit(model, steps):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x = torch.randn(8, 3, dtype=torch.float64)
    for _ in range(steps):
        optimizer.zero_grad()
        (model(x) - 1.0).pow(2).mean().backward()
        optimizer.step()


torch.manual_seed(0)
model = Affine(3)
fit(model, 1)
