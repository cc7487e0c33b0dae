# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
norms = []
for x in torch.randn(6, 4, 3):
    optimizer.zero_grad()
    model(x).pow(2).mean().backward()
    norms.append(sum(p.grad.norm().item() for p in model.parameters()))

by_hand = nn.Linear(3, 1)
unused = torch.optim.SGD(by_hand.parameters(), lr=0.1)
for x in torch.randn(6, 4, 3):
    unused.zero_grad()
    by_hand(x).pow(2).mean().backward()
    with torch.no_grad():
        for p in by_hand.parameters():
            p -= 0.1 * p.grad
