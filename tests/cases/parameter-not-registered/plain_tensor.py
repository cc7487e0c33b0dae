# runs: "temperature" not in dict(model.named_parameters()) and torch.equal(model.temperature, torch.ones(1))
# fixed: "temperature" in dict(model.named_parameters()) and not torch.equal(model.temperature, torch.ones(1))
# why: the probe does not watch what modules are given yet
import torch
from torch import nn


class Calibrated(nn.Module):
    def __init__(self, inputs, classes):
        super().__init__()
        self.score = nn.Linear(inputs, classes)
        self.temperature = torch.ones(1, requires_grad=True)  # static[GS502] `torch.ones(1, requires_grad=True)`

    def forward(self, x):
        return self.score(x) / self.temperature


torch.manual_seed(0)
model = Calibrated(4, 3)
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
x, y = torch.randn(30, 4), torch.randint(3, (30,))
for _ in range(4):
    loss = nn.functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
