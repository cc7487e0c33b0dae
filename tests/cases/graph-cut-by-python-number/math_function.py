# runs: decay.grad is None and level.grad is not None
# fixed: decay.grad is not None
import math

import torch

level = torch.tensor(2.0, requires_grad=True)
decay = torch.tensor(0.3, requires_grad=True)
optimizer = torch.optim.SGD([level, decay], lr=0.01)
times, measured = torch.arange(4.0), torch.tensor([2.0, 1.4, 1.1, 0.8])

for _ in range(3):
    factor = math.exp(-decay)  # expect[GS204] `math.exp(-decay)`
    predicted = level * factor * (4 - times)
    loss = (predicted - measured).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
