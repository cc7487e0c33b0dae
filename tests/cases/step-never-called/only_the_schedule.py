# runs: torch.equal(start, net[0].weight)
# fixed: not torch.equal(start, net[0].weight)
import torch
from torch import nn


def fit(net, batches, optimizer, scheduler):
    for x, y in batches:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(net(x), y)
        loss.backward()
        scheduler.step()  # expect[GS604] `scheduler.step()`


torch.manual_seed(0)
net = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1))
start = net[0].weight.detach().clone()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
fit(net, [(torch.randn(4, 3), torch.randn(4, 1)) for _ in range(6)], optimizer, scheduler)
