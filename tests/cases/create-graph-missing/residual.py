# runs: not torch.allclose(net[0].weight.grad, expected)
# fixed: torch.allclose(net[0].weight.grad, expected)
import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.0)
t = torch.linspace(0, 2, 9).reshape(-1, 1).requires_grad_()
with torch.enable_grad():
    (exact,) = torch.autograd.grad(net(t).sum(), t, create_graph=True)
    (expected,) = torch.autograd.grad((exact + 0.5 * net(t)).square().mean(), net[0].weight)
for step in range(2):
    x = net(t)
    rate = torch.autograd.grad(x.sum(), t, retain_graph=True)[0]  # expect[GS407 warning] `torch.autograd.grad(x.sum(), t, retain_graph=True)`
    loss = (rate + 0.5 * x).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
