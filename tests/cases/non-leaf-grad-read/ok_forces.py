# expect-silent
import torch
from torch import nn


class Potential(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(1, 8), nn.SiLU(), nn.Linear(8, 1))

    def forward(self, positions):
        distances = (positions[:, None] - positions[None]).pow(2).sum(-1) + 1.0
        energy = self.net(distances.flatten().unsqueeze(1)).sum()
        (slope,) = torch.autograd.grad(energy, positions, create_graph=self.training)
        return energy, -slope


torch.manual_seed(0)
potential = Potential()
optimizer = torch.optim.Adam(potential.parameters(), lr=1e-3)
reference = torch.randn(4, 3)
for _ in range(2):
    positions = torch.randn(4, 3, requires_grad=True)
    energy, forces = potential(positions)
    loss = (forces - reference).pow(2).mean() + 0.01 * energy.pow(2)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(loss.item(), positions.grad is not None)
