# runs: all(torch.equal(a, b) for a, b in zip(before, net.parameters()))
# fixed: not any(torch.equal(a, b) for a, b in zip(before, net.parameters()))
import torch
from torch import nn


def train(net, batches, optimizer):
    seen = 0
    for x, y in batches:
        loss = (net(x) - y).abs().mean()
        seen += 1
        print(seen, loss.item())
        continue  # expect[GS404] `continue`
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return seen


torch.manual_seed(2)
net = nn.Linear(3, 1)
before = [p.detach().clone() for p in net.parameters()]
batches = [(torch.randn(4, 3), torch.randn(4, 1)) for _ in range(3)]
train(net, batches, torch.optim.SGD(net.parameters(), lr=0.1))
