# runs: raises RuntimeError: does not require grad
# fixed: len(history) == 3
import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
t = torch.linspace(0, 1, 11).reshape(-1, 1).requires_grad_()
history = []
for step in range(3):
    u = net(t)
    velocity = torch.autograd.grad(u.sum(), t, retain_graph=True)[0]  # expect[GS407 error] `torch.autograd.grad(u.sum(), t, retain_graph=True)`
    acceleration = torch.autograd.grad(velocity.sum(), t, create_graph=True)[0]
    loss = (acceleration + 9.81).pow(2).mean() + u[0].pow(2).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    history.append(loss.item())
