# runs: net[0].weight.grad.eq(0).all() and net[2].weight.grad.eq(0).all()
# fixed: not net[2].weight.grad.eq(0).all()
import torch
from torch import nn

torch.manual_seed(0)


def start_at_zero(module):
    for parameter in module.parameters():
        nn.init.zeros_(parameter)  # expect[GS705] `nn.init.zeros_(parameter)`
    return module


net = start_at_zero(nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1)))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
x, y = torch.randn(16, 4), torch.randn(16, 1)
for _ in range(5):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(net(x), y)
    loss.backward()
    optimizer.step()
