# expect-silent
import copy
from itertools import chain

import torch
from torch import nn

torch.manual_seed(0)
online, head = nn.Linear(4, 4), nn.Linear(4, 1)
target = copy.deepcopy(online)
optimizer = torch.optim.SGD(chain(online.parameters(), head.parameters()), lr=0.1)
groups = [p for p in chain(online.parameters(), head.parameters()) if p.requires_grad]
for x in torch.randn(3, 6, 4):
    loss = (head(online(x)) - 1.0).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(groups, 1.0)
    nn.utils.clip_grad_norm_(chain(online.parameters(), head.parameters()), 1.0)
    optimizer.step()
    with torch.no_grad():
        for slow, fast in zip(target.parameters(), online.parameters()):
            slow.mul_(0.9).add_(fast, alpha=0.1)
