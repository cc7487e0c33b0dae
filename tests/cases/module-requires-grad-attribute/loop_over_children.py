# runs: all(p.requires_grad for p in net.parameters())
# fixed: not any(p.requires_grad for p in net[0].parameters()) and net[2].weight.requires_grad
# why: the probe does not watch what modules are given yet
import torch
from torch import nn


def freeze_all_but_last(net):
    for layer in list(net.children())[:-1]:
        layer.requires_grad = False  # static[GS104] `layer.requires_grad = False`


net = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 1))
freeze_all_but_last(net)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
loss = net(torch.ones(2, 4)).sum()
loss.backward()
optimizer.step()
