# expect-silent
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)
        self.layers = [self.first, self.second]
        self.gates = {}
        for name in ("left", "right"):
            gate = nn.Linear(width, 1)
            self.add_module(f"gate_{name}", gate)
            self.gates[name] = gate
        parts = [nn.Linear(width, width), nn.Tanh()]
        self.parts = parts
        self.tail = nn.Sequential(*parts)
        self.sides = []
        for index in range(2):
            side = nn.Linear(width, 1)
            setattr(self, f"side{index}", side)
            self.sides.append(side)

    def forward(self, x):
        for layer in self.layers:
            x = torch.relu(layer(x))
        x = x * torch.sigmoid(self.gates["left"](x)) * torch.sigmoid(self.gates["right"](x))
        return self.tail(x) + self.sides[0](x) + self.sides[1](x)


model = Net(4)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x in torch.randn(3, 5, 4):
    loss = model(x).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
