# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
cell, head = nn.GRUCell(3, 5), nn.Linear(5, 1)
optimizer = torch.optim.SGD([*cell.parameters(), *head.parameters()], lr=0.1)
for sequence in torch.randn(3, 6, 2, 3):
    hidden = torch.zeros(2, 5)
    loss = 0
    for step in sequence:
        hidden = cell(step, hidden)
        loss += head(hidden).abs().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
