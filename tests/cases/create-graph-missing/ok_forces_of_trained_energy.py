# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
potential = nn.Sequential(nn.Linear(3, 16), nn.SiLU(), nn.Linear(16, 1))
positions = torch.randn(5, 3, requires_grad=True)
energy = potential(positions).sum()
forces = -torch.autograd.grad(energy, positions)[0]
for _ in range(3):
    with torch.no_grad():
        positions += 0.01 * forces
    forces = -torch.autograd.grad(potential(positions).sum(), positions)[0]
print(forces.norm())
