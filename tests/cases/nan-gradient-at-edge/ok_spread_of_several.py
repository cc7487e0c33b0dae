# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
net = nn.Linear(4, 3)
x = net(torch.randn(6, 4))
one = net(torch.randn(1, 4))
loss = ((x - x.mean(0)) / (x.std(0) + 1e-5)).pow(2).mean() + x.var(dim=1, keepdim=True).mean()
loss = loss + one.std(dim=0, unbiased=False).mean() + one.var(1).mean() + one.std() + one.std(dim=0, correction=0).sum()
loss.backward()
assert net.weight.grad.isfinite().all()
