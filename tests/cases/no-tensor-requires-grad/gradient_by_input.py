# runs: raises RuntimeError: One of the differentiated Tensors does not require grad
# fixed: t.requires_grad
import torch
from torch import nn


class Trajectory(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))

    def forward(self, t):
        return self.net(t)


def residual(model, t):
    u = model(t)
    (du,) = torch.autograd.grad(u.sum(), t, create_graph=True)
    return (du + u).pow(2).mean()


model = Trajectory()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
t = torch.linspace(0, 1, 16).unsqueeze(1)  # expect[GS101] `torch.linspace(0, 1, 16)`
for _ in range(3):
    optimizer.zero_grad()
    loss = residual(model, t)
    loss.backward()
    optimizer.step()
