# runs: torch.equal(net.weight, start)
# fixed: not torch.equal(net.weight, start)
import torch
from torch import nn

torch.manual_seed(0)
net = nn.Linear(3, 1)
start = net.weight.detach().clone()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for batch in torch.randn(4, 6, 3):
    loss = net(batch).pow(2).mean()
    loss.backward()
    optimizer.zero_grad()  # expect[GS602] `optimizer.zero_grad()`
    optimizer.step()
