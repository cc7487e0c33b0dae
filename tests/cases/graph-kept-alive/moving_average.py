# runs: smooth.grad_fn is not None
# fixed: smooth.grad_fn is None
import torch
from torch import nn

torch.manual_seed(0)
net = nn.Linear(5, 1)
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
smooth = torch.zeros(())
for x in torch.randn(9, 6, 5):
    optimizer.zero_grad()
    loss = net(x).square().mean()
    loss.backward()
    optimizer.step()
    smooth = 0.9 * smooth + 0.1 * loss  # expect[GS605] `0.9 * smooth + 0.1 * loss`
print("smoothed", smooth.item())
