# expect-silent
import math

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
total, history = 0.0, []
for step in range(4):
    logits = model(torch.randn(5, 3))
    loss = nn.functional.cross_entropy(logits, torch.randint(0, 2, (5,)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    total += loss.item()
    history.append(float(loss))
    print(step, math.exp(loss.item()), (logits.argmax(dim=1) == 0).sum().item())
print(total / len(history), model.weight.tolist())
