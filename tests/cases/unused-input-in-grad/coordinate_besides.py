# runs: raises RuntimeError: not have been used in the graph
# fixed: none
# why: the model has to be called with the parts, which is for its author to write
import torch
from torch import nn


class HeatEquation(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, width), nn.Tanh(), nn.Linear(width, 1))

    def residual(self, points):
        x, t = points[:, 0:1], points[:, 1:2]
        u = self.net(points)
        ones = torch.ones_like(u)
        u_t = torch.autograd.grad(u, t, ones, create_graph=True)[0]  # expect[GS408] `torch.autograd.grad(u, t, ones, create_graph=True)`
        u_x = torch.autograd.grad(u, x, ones, create_graph=True)[0]  # static[GS408] `torch.autograd.grad(u, x, ones, create_graph=True)`
        return u_t - u_x


torch.manual_seed(0)
model = HeatEquation(8)
loss = model.residual(torch.rand(16, 2, requires_grad=True)).pow(2).mean()
loss.backward()
