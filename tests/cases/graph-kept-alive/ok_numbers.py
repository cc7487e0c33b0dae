# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
total, history, tensors, running = 0.0, [], [], torch.zeros(())
for x in torch.randn(10, 4, 3):
    optimizer.zero_grad()
    loss = model(x).pow(2).mean()
    loss.backward()
    optimizer.step()
    total += loss.item()
    history.append(float(loss))
    tensors.append(loss.detach())
    running += loss.detach()
    with torch.no_grad():
        running += model(x).mean()
print(total, history[-1], torch.stack(tensors).mean(), running)
