# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
running = torch.zeros(())
for _ in range(3):
    inputs, labels = torch.randn(4, 3), torch.tensor([0, 1, 1, 0])
    loss = nn.functional.cross_entropy(model(inputs), labels)
    loss += 0.01 * model.weight.pow(2).sum()
    total = 0
    for p in model.parameters():
        total += p.abs().sum()
    loss += 0.01 * total
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    running += loss.detach()
