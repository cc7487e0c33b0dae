# runs: sum(1 for _ in model.parameters()) == 2 and torch.equal(before, model.layers[0].weight)
# fixed: sum(1 for _ in model.parameters()) == 8 and not torch.equal(before, model.layers[0].weight)
# why: the probe does not watch what modules are given yet
import torch
from torch import nn


class Stack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = [nn.Linear(width, width) for _ in range(depth)]  # static[GS501] `[nn.Linear(width, width) for _ in range(depth)]`
        self.head = nn.Linear(width, 1)

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return self.head(x)


torch.manual_seed(0)
model = Stack(6, 3)
before = model.layers[0].weight.detach().clone()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
x, y = torch.randn(20, 6), torch.randn(20, 1)
for _ in range(5):
    loss = (model(x) - y).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
