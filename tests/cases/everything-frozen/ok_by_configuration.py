# expect-silent
import torch
from torch import nn


def build(freeze=True):
    backbone, head = nn.Linear(4, 8), nn.Linear(8, 2)
    if freeze:
        for parameter in backbone.parameters():
            parameter.requires_grad = False
    groups = [{"params": backbone.parameters(), "lr": 1e-4}, {"params": head.parameters(), "lr": 1e-2}]
    return backbone, head, torch.optim.SGD(groups, lr=0.1)


torch.manual_seed(0)
backbone, head, optimizer = build()
for _ in range(2):
    loss = head(torch.relu(backbone(torch.randn(5, 4)))).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
