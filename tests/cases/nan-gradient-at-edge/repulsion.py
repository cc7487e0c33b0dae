# runs: embedding.weight.grad.isnan().any()
# fixed: not embedding.weight.grad.isnan().any()
import torch
from torch import nn

torch.manual_seed(0)


def pairwise_distances(points):
    difference = points.unsqueeze(1) - points.unsqueeze(0)
    return torch.sqrt((difference ** 2).sum(dim=-1))  # expect[GS703] `torch.sqrt((difference ** 2).sum(dim=-1))`


def repulsion(points, margin=2.0):
    closeness = torch.relu(margin - pairwise_distances(points))
    others = 1 - torch.eye(len(points))
    return (closeness * others).mean()


embedding = nn.Embedding(6, 2)
optimizer = torch.optim.Adam(embedding.parameters(), lr=0.05)
for step in range(3):
    optimizer.zero_grad()
    loss = repulsion(embedding(torch.arange(6)))
    loss.backward()
    optimizer.step()
