# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
trunk = nn.Linear(4, 4)
optimizer = torch.optim.SGD(trunk.parameters(), lr=0.05)
for _ in range(3):
    out = torch.tanh(trunk(torch.randn(6, 4)))
    shape_loss, size_loss = out[:, :2].pow(2).mean(), out[:, 2:].abs().mean()
    balance = shape_loss.item() / size_loss.item()
    loss = shape_loss + balance * size_loss
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
