# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
every = 2
optimizer.zero_grad()
for i, batch in enumerate(torch.randn(6, 4, 3)):
    loss = model(batch).pow(2).mean() / every
    loss.backward()
    if (i + 1) % every == 0:
        optimizer.step()
        optimizer.zero_grad()
