# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
model = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 1), nn.Linear(3, 1)])
loss = model[1](model[0](torch.randn(4, 3))).mean()
grads = torch.autograd.grad(loss, list(model.parameters()), allow_unused=True)
norm = sum(g.norm() for g in grads if g is not None)
hidden = model[0](torch.randn(2, 3))
kept = hidden
score = model[2](kept.relu()).sum()
(by_hidden,) = torch.autograd.grad(score, hidden)
