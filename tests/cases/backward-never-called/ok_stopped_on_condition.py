# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
best = 100.0
for batch in torch.randn(6, 8, 3):
    loss = model(batch).pow(2).mean()
    if loss.item() > 2 * best:
        break
    best = min(best, loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
