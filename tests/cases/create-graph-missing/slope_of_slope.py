# runs: raises RuntimeError: does not require grad
# fixed: len(history) == 3
# why: reading and running call the argument of the helper by different names in their messages
import torch
from torch import nn


def slope(of, at):
    return torch.autograd.grad(of, at, torch.ones_like(of))[0]  # static[GS407 error] `torch.autograd.grad(of, at, torch.ones_like(of))`, probe[GS407 error] `torch.autograd.grad(of, at, torch.ones_like(of))`


torch.manual_seed(0)
net = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
t = torch.linspace(0, 1, 11).reshape(-1, 1).requires_grad_()
history = []
for step in range(3):
    u = net(t)
    loss = (slope(slope(u, t), t) + 9.81).pow(2).mean() + u[0].pow(2).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    history.append(loss.item())
