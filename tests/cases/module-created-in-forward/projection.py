# runs: not torch.allclose(model.eval()(x), model.eval()(x))
# fixed: none
# why: the probe does not watch what modules are given yet
import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)

    def forward(self, x):
        scores = self.query(x) @ self.key(x).transpose(-1, -2)
        mixed = nn.Softmax(dim=-1)(scores / self.width**0.5) @ x
        return nn.Dropout(0.1)(nn.Linear(self.width, self.width)(mixed))  # static[GS510] `nn.Linear(self.width, self.width)`


torch.manual_seed(0)
x = torch.randn(2, 5, 8)
model = Attention(8)
optimizer = torch.optim.Adam(model.parameters())
for _ in range(2):
    optimizer.zero_grad()
    model(x).pow(2).mean().backward()
    optimizer.step()
