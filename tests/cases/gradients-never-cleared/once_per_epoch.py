# runs: net.bias.grad.item() == 3.0
# fixed: net.bias.grad.item() == 1.0
import torch
from torch import nn

torch.manual_seed(0)
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.01)
batches = list(torch.randn(3, 4, 2))
for epoch in range(2):
    opt.zero_grad()
    for batch in batches:
        loss = net(batch).mean()
        loss.backward()  # expect[GS601] `loss.backward()`
        opt.step()
    print(epoch, loss.item())
