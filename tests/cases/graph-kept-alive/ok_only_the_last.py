# expect-silent
from collections import deque

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
recent, latest = deque(maxlen=5), {}
for x in torch.randn(20, 4, 3):
    loss = model(x).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    recent.append(loss)
    latest["loss"] = loss
print(sum(recent).item() / len(recent), latest["loss"].item())
