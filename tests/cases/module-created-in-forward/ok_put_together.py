# expect-silent
import torch
from torch import nn


class Stack(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(3)])
        self.head = nn.Linear(width, 1)

    def forward(self, x, depth=2):
        body = nn.Sequential(*self.layers[:depth], nn.ReLU())
        return nn.Sequential(body, self.head)(x)


model = Stack(4)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(2):
    loss = model(torch.randn(5, 4), depth=3).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
