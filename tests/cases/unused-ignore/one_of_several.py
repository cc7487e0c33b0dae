# why: what a comment leaves out is a matter of reading; a run sees only what it reaches
# runs: w.grad is not None
# fixed: w.grad is not None
import torch
from torch import nn

layer = nn.Linear(2, 1)
w = layer.weight


def step(x):
    hidden = layer(x)
    hidden *= 2.0  # gradsight: ignore[GS303, GS204] harmless after a linear layer  # static[GS001] `GS204`
    return hidden.sum()


step(torch.ones(3, 2)).backward()
