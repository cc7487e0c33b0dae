# runs: all(p.requires_grad for p in backbone.parameters())
# fixed: not any(p.requires_grad for p in backbone.parameters())
# why: an attribute that PyTorch does not know leaves nothing that a run could see
import torch
from torch import nn


def freeze(module):
    for parameter in module.parameters():
        parameter.required_grad = False  # static[GS103] `required_grad`


backbone = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
head = nn.Linear(4, 1)
freeze(backbone)
head(backbone(torch.randn(2, 4))).sum().backward()
