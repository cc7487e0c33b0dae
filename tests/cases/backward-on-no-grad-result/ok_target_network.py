# expect-silent
import copy

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
online = nn.Linear(4, 2)
target = copy.deepcopy(online)
optimizer = torch.optim.Adam(online.parameters(), lr=0.01)
for _ in range(3):
    state, following, reward = torch.randn(6, 4), torch.randn(6, 4), torch.randn(6)
    with torch.no_grad():
        goal = reward + 0.9 * target(following).max(dim=1).values
    value = online(state).gather(1, torch.zeros(6, 1, dtype=torch.int64)).squeeze(1)
    loss = F.smooth_l1_loss(value, goal)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for slow, live in zip(target.parameters(), online.parameters()):
            slow.mul_(0.9).add_(live, alpha=0.1)
