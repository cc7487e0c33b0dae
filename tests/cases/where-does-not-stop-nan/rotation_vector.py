# runs: vector.grad.isnan().any()
# fixed: vector.grad.isfinite().all()
import torch
from torch import nn

SMALL = 1e-4


class Rotation(nn.Module):
    """sin(angle) / angle, which is 1 where the angle is 0."""

    def forward(self, angle):
        series = 1 - angle ** 2 / 6
        factor = torch.where(angle.abs() < SMALL, series, angle.sin() / angle)  # expect[GS704] `torch.where(angle.abs() < SMALL, series, angle.sin() / angle)`
        return factor


vector = torch.tensor([0.0, 0.5], requires_grad=True)
Rotation()(vector).sum().backward()
