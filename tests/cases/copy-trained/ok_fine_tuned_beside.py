# expect-silent
import copy

import torch
from torch import nn

torch.manual_seed(0)
base = nn.Linear(3, 2)
scores = {}
for rate in (0.1, 0.01):
    tuned = copy.deepcopy(base)
    optimizer = torch.optim.SGD(tuned.parameters(), lr=rate)
    for _ in range(2):
        loss = tuned(torch.randn(6, 3)).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        scores[rate] = (tuned(torch.ones(1, 3)) - base(torch.ones(1, 3))).abs().sum().item()
