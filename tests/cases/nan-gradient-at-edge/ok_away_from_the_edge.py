# expect-silent
import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(0)
net = nn.Linear(4, 3)
eps = 1e-6


def distances(points):
    return ((points[:, None] - points[None]).pow(2).sum(-1) + 1e-12).sqrt()


def off_diagonal(points):
    squared = (points[:, None] - points[None]).pow(2).sum(-1)
    others = ~torch.eye(len(points), dtype=torch.bool)
    return squared[others].sqrt()


def angle(a, b):
    cosine = F.cosine_similarity(a, b, dim=-1)
    return torch.acos(torch.clamp(cosine, -1.0 + eps, 1.0 - eps))


points = net(torch.randn(5, 4))
squared = points.pow(2).sum(1)
gram = squared[:, None] - 2 * points @ points.t() + squared[None]
loss = distances(points).mean() + off_diagonal(points).mean() + angle(points, torch.ones(5, 3)).mean()
loss = loss + gram.clamp(min=1e-9).sqrt().mean() + torch.log(points.sigmoid().clamp(1e-7, 1 - 1e-7)).mean()
loss.backward()
