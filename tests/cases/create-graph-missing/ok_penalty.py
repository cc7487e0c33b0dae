# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
critic = nn.Sequential(nn.Linear(3, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
optimizer = torch.optim.Adam(critic.parameters())
for real in torch.randn(2, 6, 3):
    real.requires_grad_(True)
    scores = critic(real)
    (slope,) = torch.autograd.grad(scores.sum(), real, create_graph=True)
    loss = -scores.mean() + 5 * slope.flatten(1).norm(dim=1).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
