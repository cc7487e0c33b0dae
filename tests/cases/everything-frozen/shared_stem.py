# runs: torch.equal(before, model.stem.weight) and model.head.weight.grad is not None
# fixed: none
# why: the probe does not see the groups of an optimizer yet; which part is to be trained only the user can say
import torch
from torch import nn


class Depth(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(6, 8)
        self.regressor = nn.Linear(8, 1)

    def forward(self, x):
        return self.regressor(torch.relu(self.stem(x)))


class Scene(nn.Module):
    def __init__(self, depth):
        super().__init__()
        self.stem = depth.stem
        self.depth = depth.regressor
        self.head = nn.Linear(9, 3)

    def forward(self, x):
        features = torch.relu(self.stem(x))
        return self.head(torch.cat([features, self.depth(features)], dim=-1))


def fix(module):
    for parameter in module.parameters():
        parameter.requires_grad_(False)
    module.eval()


torch.manual_seed(0)
depth = Depth()
fix(depth)  # static[GS509 warning] `fix(depth)`
model = Scene(depth)
before = model.stem.weight.detach().clone()
groups = [
    {"params": model.stem.parameters(), "lr": 1e-4},
    {"params": model.head.parameters(), "lr": 1e-2},
]
optimizer = torch.optim.Adam(groups)
for _ in range(3):
    loss = nn.functional.cross_entropy(model(torch.randn(8, 6)), torch.randint(0, 3, (8,)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
