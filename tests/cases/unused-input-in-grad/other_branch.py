# runs: raises RuntimeError: not have been used in the graph
# fixed: none
# why: which of the two losses was meant, only the author knows
import torch
from torch import nn


class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.left, self.right = nn.Linear(4, 6), nn.Linear(6, 1), nn.Linear(6, 1)

    def losses(self, x):
        hidden = self.body(x).relu()
        return self.left(hidden).pow(2).mean(), self.right(hidden).abs().mean()


def norms(losses, heads):
    found = []
    for head in heads:
        slope = torch.autograd.grad(losses[0], head.weight, retain_graph=True)  # expect[GS408] `torch.autograd.grad(losses[0], head.weight, retain_graph=True)`
        found.append(slope[0].norm())
    return found


torch.manual_seed(1)
model = Shared()
values = norms(model.losses(torch.randn(5, 4)), [model.left, model.right])
