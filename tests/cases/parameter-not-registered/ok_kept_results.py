# expect-silent
import torch
from torch import nn


class Probe(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(3, 3)
        self.features = None
        self.delta = torch.zeros(3, requires_grad=True)

    def forward(self, x):
        self.features = self.embed(x)
        return (self.features + self.delta).relu().sum()

    def attack(self, x, rate):
        (gradient,) = torch.autograd.grad(self(x), self.delta)
        with torch.no_grad():
            self.delta += rate * gradient.sign()
        return self.delta.detach()


probe = Probe()
optimizer = torch.optim.SGD(probe.parameters(), lr=0.1)
for x in torch.randn(2, 5, 3):
    probe.attack(x, 0.01)
    optimizer.zero_grad()
    probe(x).backward()
    optimizer.step()
