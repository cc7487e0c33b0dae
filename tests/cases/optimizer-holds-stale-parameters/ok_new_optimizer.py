# expect-silent
import torch
from torch import nn


class Pruned(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 8)
        self.second = nn.Linear(8, 4)
        self.optimizer = torch.optim.Adam(self.parameters())

    def forward(self, x):
        return self.second(torch.relu(self.first(x)))

    def shrink(self):
        self.first, self.second = nn.Linear(4, 6), nn.Linear(6, 4)
        self.optimizer = torch.optim.Adam(self.parameters())

    def tie(self, other):
        self.second.weight = other.second.weight


torch.manual_seed(0)
model = Pruned()
for round in range(2):
    for x in torch.randn(2, 5, 4):
        loss = (model(x) - x).pow(2).mean()
        model.optimizer.zero_grad()
        loss.backward()
        model.optimizer.step()
    model.shrink()
