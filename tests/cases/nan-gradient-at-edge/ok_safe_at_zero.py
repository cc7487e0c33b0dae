# expect-silent
import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(0)
offset = nn.Parameter(torch.zeros(3))
net = nn.Linear(4, 3)

points = net(torch.randn(5, 4))
loss = offset.norm() + torch.cdist(points, points).mean() + (points[:, None] - points[None]).norm(dim=-1).mean()
loss = loss + F.pairwise_distance(points, points).mean() + F.normalize(offset, dim=0).sum() + torch.norm(offset, 2)
loss = loss + points.relu().sqrt().mean() + torch.hypot(points, torch.ones(3)).mean()
loss.backward()
assert all(p.grad.isfinite().all() for p in [offset, *net.parameters()])
