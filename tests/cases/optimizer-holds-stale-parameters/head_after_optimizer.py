# runs: torch.equal(before, model.head.weight) and model.head.weight.grad is not None
# fixed: not torch.equal(before, model.head.weight)
# why: the probe does not watch what modules are given yet
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(6, 16), nn.ReLU())
        self.head = nn.Linear(16, classes)

    def forward(self, x):
        return self.head(self.body(x))


torch.manual_seed(0)
model = Net(10)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)  # static[GS504] `torch.optim.Adam(model.parameters(), lr=0.01)`
model.head = nn.Linear(16, 3)
before = model.head.weight.detach().clone()
for _ in range(3):
    loss = nn.functional.cross_entropy(model(torch.randn(8, 6)), torch.randint(0, 3, (8,)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
