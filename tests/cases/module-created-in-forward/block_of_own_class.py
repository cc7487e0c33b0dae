# runs: not torch.equal(net(x), net(x))
# fixed: none
# why: the probe does not watch what modules are given yet
import torch
from torch import nn


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return x + self.conv(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 4, 3, padding=1)

    def refine(self, x):
        block = Residual(4)  # static[GS510] `Residual(4)`
        return block(x)

    def forward(self, x):
        return self.refine(torch.relu(self.stem(x))).mean(dim=(1, 2, 3))


net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
x = torch.randn(2, 1, 6, 6)
for _ in range(2):
    optimizer.zero_grad()
    net(x).pow(2).sum().backward()
    optimizer.step()
