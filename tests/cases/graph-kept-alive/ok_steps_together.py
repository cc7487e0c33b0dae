# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
every, waiting, gathered = 4, 0, []
for index, x in enumerate(torch.randn(12, 5, 3)):
    loss = model(x).pow(2).mean()
    waiting = waiting + loss / every
    gathered.append(loss)
    if (index + 1) % every == 0:
        optimizer.zero_grad()
        (waiting + torch.stack(gathered).mean()).backward()
        optimizer.step()
        waiting, gathered = 0, []
