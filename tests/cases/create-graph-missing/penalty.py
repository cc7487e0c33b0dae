# runs: not torch.allclose(with_penalty, moved)
# fixed: torch.allclose(with_penalty, moved)
import torch
from torch import nn


def gradient_penalty(critic, real, fake):
    mix = torch.rand(real.size(0), 1)
    between = (mix * real + (1 - mix) * fake).requires_grad_(True)
    scores = critic(between)
    gradients = torch.autograd.grad(  # expect[GS407] `torch.autograd.grad(...`
        outputs=scores,
        inputs=between,
        grad_outputs=torch.ones_like(scores),
        retain_graph=True,
    )[0]
    return ((gradients.norm(2, dim=1) - 1) ** 2).mean()


def critic_step(critic, optimizer, real, fake):
    loss = critic(fake).mean() - critic(real).mean()
    loss = loss + 10 * gradient_penalty(critic, real, fake)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return critic[0].weight.grad.clone()


def expected(critic, real, fake):
    loss = critic(fake).mean() - critic(real).mean()
    mix = torch.rand(real.size(0), 1)
    between = (mix * real + (1 - mix) * fake).requires_grad_(True)
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return torch.autograd.grad(loss + 10 * ((slope.norm(2, dim=1) - 1) ** 2).mean(), critic[0].weight)[0]


torch.manual_seed(0)
critic = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1))
real, fake = torch.randn(16, 3), torch.randn(16, 3)
torch.manual_seed(1)
with_penalty = expected(critic, real, fake)
torch.manual_seed(1)
moved = critic_step(critic, torch.optim.Adam(critic.parameters()), real, fake)
