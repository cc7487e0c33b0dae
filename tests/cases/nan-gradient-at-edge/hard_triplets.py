# runs: net.weight.grad.isnan().any()
# fixed: not net.weight.grad.isnan().any()
import torch
from torch import nn

torch.manual_seed(1)


class HardTriplets(nn.Module):
    """The farthest of the same label against the nearest of another one."""

    def __init__(self, margin):
        super().__init__()
        self.margin = margin

    def distances(self, features):
        products = features @ features.t()
        squares = torch.diag(products)
        distances = squares.unsqueeze(0) - 2.0 * products + squares.unsqueeze(1)
        return distances.clamp(min=0.0).sqrt()  # expect[GS703] `distances.clamp(min=0.0).sqrt()`

    def forward(self, features, labels):
        distances = self.distances(features)
        same = (labels[:, None] == labels[None]).float()
        farthest = (distances * same).max(dim=1).values
        nearest = (distances + same * 1e6).min(dim=1).values
        return torch.relu(farthest - nearest + self.margin).mean()


net = nn.Linear(8, 3)
criterion = HardTriplets(margin=5.0)
loss = criterion(net(torch.randn(6, 8)), torch.tensor([0, 0, 1, 1, 2, 2]))
loss.backward()
