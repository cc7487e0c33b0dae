# why: the run takes one way only and does not show the step on the other, so it says this in other words
# runs: torch.equal(start, net.weight)
# fixed: none
import sys

import torch
from torch import nn


def fit(net, batches, optimizer, scheduler, use_schedule):
    for x in batches:
        optimizer.zero_grad()
        net(x).pow(2).mean().backward()
        if use_schedule:
            scheduler.step()  # static[GS604] `scheduler.step()` probe[GS604] `scheduler.step()`
        else:
            optimizer.step()


torch.manual_seed(0)
net = nn.Linear(3, 1)
start = net.weight.detach().clone()
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
fit(net, torch.randn(6, 4, 3), optimizer, scheduler, use_schedule=len(sys.argv) < 100)
