# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
cell, readout = nn.GRUCell(3, 5), nn.Linear(5, 1)
optimizer = torch.optim.SGD([*cell.parameters(), *readout.parameters()], lr=0.05)
state = torch.zeros(2, 5)
for step in range(4):
    state = cell(torch.randn(2, 3), state)
    loss = readout(state).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    state = state.detach()
