# expect-silent
import torch
from torch import nn


class Counted:
    def __init__(self):
        self.calls = 0


class Scaled:
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.scale = nn.Parameter(torch.ones(1))


class Critic(nn.Module, Counted):
    def __init__(self, body):
        super(Critic, self).__init__()
        self.head = nn.Linear(4, 1)
        self.body = body

    def forward(self, x):
        return self.head(self.body(x))


class Head(Scaled, nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(1, 1)

    def forward(self, x):
        return self.linear(x) * self.scale


torch.manual_seed(0)
model = nn.Sequential(Critic(nn.Linear(4, 4)), Head())
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(2):
    optimizer.zero_grad()
    model(torch.randn(3, 4)).pow(2).mean().backward()
    optimizer.step()
