# runs: 'heat' not in dict(model.named_parameters()) and bool((model.heat == 1).all())
# fixed: none
# why: the probe does not watch what modules are given yet; whether it is to be a parameter the user decides
import torch
from torch import nn


class Calibrated(nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network
        self.register_buffer("seen", torch.zeros(1))
        self.register_buffer("heat", torch.ones(1, requires_grad=True))  # static[GS502] `torch.ones(1, requires_grad=True)`

    def forward(self, x):
        return self.network(x) / self.heat


torch.manual_seed(0)
model = Calibrated(nn.Linear(4, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for _ in range(3):
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(torch.randn(6, 4)), torch.randint(0, 3, (6,))).backward()
    optimizer.step()
