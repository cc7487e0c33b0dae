# runs: len(list(net.parameters())) == 2
# fixed: len(list(net.parameters())) == 6
# why: the probe does not watch what modules are given yet
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.inner = nn.Linear(size, size)

    def forward(self, x):
        return x + self.inner(x).relu()


class Net(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.blocks = []  # static[GS501] `[]`
        for _ in range(2):
            self.blocks.append(Block(size))
        self.out = nn.Linear(size, 2)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.out(x)


def train(net, batches):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for batch in batches:
        optimizer.zero_grad()
        net(batch).pow(2).mean().backward()
        optimizer.step()


net = Net(4)
train(net, torch.randn(3, 8, 4))
