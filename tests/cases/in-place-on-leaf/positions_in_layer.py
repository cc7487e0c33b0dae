# runs: raises RuntimeError: a leaf Variable that requires grad is being used in an in-place operation
# fixed: positions.grad is not None
import torch
from torch import nn


class Drift(nn.Module):
    def __init__(self):
        super().__init__()
        self.push = nn.Linear(2, 2)

    def forward(self, points):
        shift = torch.tanh(self.push(points))
        points += shift  # expect[GS301] `points += shift`
        return points.pow(2).sum()


torch.manual_seed(0)
model = Drift()
positions = torch.randn(6, 2)
positions.requires_grad_(True)
energy = model(positions)
energy.backward()
