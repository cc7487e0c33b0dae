# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
x = torch.rand(6, 1, requires_grad=True)
t = torch.rand(6, 1, requires_grad=True)
u = net(torch.cat([x, t], dim=1))
u_x, u_t = torch.autograd.grad(u.sum(), [x, t], create_graph=True)
(u_xx,) = torch.autograd.grad(u_x.sum(), x, create_graph=True)
(u_t + u_xx).pow(2).mean().backward()
