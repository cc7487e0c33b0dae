# expect-silent
import copy

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
average = copy.deepcopy(model).requires_grad_(False)
best, lowest = copy.deepcopy(model), float("inf")
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(4):
    loss = model(torch.randn(8, 3)).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for slow, fast in zip(average.parameters(), model.parameters()):
            slow.lerp_(fast, 0.1)
    if loss.item() < lowest:
        best, lowest = copy.deepcopy(model), loss.item()
print(best(torch.ones(1, 3)), average(torch.ones(1, 3)))
