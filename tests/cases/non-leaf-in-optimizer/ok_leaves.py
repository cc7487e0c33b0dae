# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
encoder = nn.Linear(4, 3)
start = encoder(torch.randn(1, 4))
code = start.detach().clone().requires_grad_(True)
mask = nn.Parameter(torch.sigmoid(start))
kept = encoder(torch.randn(1, 4))
kept.retain_grad()
optimizer = torch.optim.SGD([{"params": [code, mask]}, {"params": encoder.parameters(), "lr": 0.01}], lr=0.1)
other = torch.optim.SGD([kept], lr=0.1)
loss = (code * mask).pow(2).sum() + encoder(torch.randn(2, 4)).sum() + kept.sum()
loss.backward()
optimizer.step()
other.step()
