# expect-silent
import torch
from torch import nn


class Meter(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(3, 5)
        self.state = None
        self.seen = []

    def reset(self, rows):
        self.state = (torch.zeros(rows, 5), torch.zeros(rows, 5))

    def forward(self, x):
        h, c = self.cell(x, self.state)
        self.state = (h.data, c.data)
        self.seen.append(h.detach())
        return h


torch.manual_seed(0)
meter = Meter()
optimizer = torch.optim.SGD(meter.parameters(), lr=0.1)
meter.reset(2)
total = 0.0
for x in torch.randn(5, 2, 3):
    loss = meter(x).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    total += loss.item()
