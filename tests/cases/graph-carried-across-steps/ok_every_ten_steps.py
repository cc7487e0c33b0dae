# expect-silent
import torch
from torch import nn

torch.manual_seed(6)
cell, head = nn.LSTMCell(3, 6), nn.Linear(6, 1)
optimizer = torch.optim.Adam([*cell.parameters(), *head.parameters()])
sequence = torch.randn(30, 2, 3)
h, c = torch.zeros(2, 6), torch.zeros(2, 6)
loss = 0
for t in range(sequence.size(0)):
    h, c = cell(sequence[t], (h, c))
    loss = loss + head(h).pow(2).mean()
    if (t + 1) % 10 == 0:
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        h, c = h.detach(), c.detach()
        loss = 0
