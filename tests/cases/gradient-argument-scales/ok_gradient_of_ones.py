# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
critic = nn.Linear(3, 1)
one = torch.tensor(1.0)
minus_one = -1 * one
score = critic(torch.randn(6, 3)).mean()
score.backward(one, retain_graph=True)
score.backward(torch.ones_like(score) * 0.5, retain_graph=True)
critic(torch.randn(6, 3)).mean().backward(minus_one)
score.backward(gradient=torch.tensor(1.0 / max(score.item(), 1.0)))
