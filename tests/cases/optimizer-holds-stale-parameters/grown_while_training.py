# runs: torch.equal(fresh, model.blocks[1].weight)
# fixed: none
# why: the probe does not watch what modules are given yet; where the new parameters should go only the user can say
import torch
from torch import nn


class Growing(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width
        self.blocks = nn.ModuleList([nn.Linear(width, width)])
        self.out = nn.Linear(width, 1)

    def grow(self):
        self.blocks.append(nn.Linear(self.width, self.width))
        return self.blocks[-1].weight.detach().clone()

    def forward(self, x):
        for block in self.blocks:
            x = torch.relu(block(x))
        return self.out(x)


def fit(model, steps, optimizer):
    for _ in range(steps):
        loss = (model(torch.randn(16, 4)) - 1.0).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


torch.manual_seed(0)
model = Growing(4)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
fit(model, 2, optimizer)
fresh = model.grow()  # static[GS504] `model.grow()`
fit(model, 2, optimizer)
