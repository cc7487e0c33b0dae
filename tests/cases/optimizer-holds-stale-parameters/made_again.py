# runs: all(torch.equal(a, b) for a, b in zip(before, net.parameters()))
# fixed: not any(torch.equal(a, b) for a, b in zip(before, net.parameters()))
# why: the probe does not watch what modules are given yet
import torch
from torch import nn


def make(seed):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1))


net = make(0)
optimizer = torch.optim.SGD(net.parameters(), lr=0.5)  # static[GS504] `torch.optim.SGD(net.parameters(), lr=0.5)`
net = make(1)
before = [p.detach().clone() for p in net.parameters()]
for x in torch.randn(3, 10, 3):
    loss = (net(x) - x.sum(1, keepdim=True)).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
