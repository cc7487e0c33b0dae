# runs: loss.item() < 0
# fixed: loss.item() >= 0
import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(0)
net = nn.Linear(4, 3)
optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
x, y = torch.randn(20, 4), torch.randint(0, 3, (20,))
for _ in range(20):
    scores = net(x)
    loss = F.nll_loss(scores, y)  # expect[GS702] `F.nll_loss(scores, y)`
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
