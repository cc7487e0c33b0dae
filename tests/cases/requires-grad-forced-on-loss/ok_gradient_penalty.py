# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
generator, critic = nn.Linear(2, 3), nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1))
generator_optimizer = torch.optim.Adam(generator.parameters(), lr=1e-3)
critic_optimizer = torch.optim.Adam(critic.parameters(), lr=1e-3)


def penalty(real, fake):
    mix = torch.rand(real.size(0), 1)
    between = (mix * real + (1 - mix) * fake.detach()).requires_grad_(True)
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return (slope.norm(2, dim=1) - 1).pow(2).mean()


for step in range(4):
    real, fake = torch.randn(6, 3), generator(torch.randn(6, 2))
    loss = critic(fake.detach()).mean() - critic(real).mean() + 10 * penalty(real, fake)
    critic_optimizer.zero_grad()
    loss.backward()
    critic_optimizer.step()
    if step % 2 == 1:
        generator_optimizer.zero_grad()
        (-critic(generator(torch.randn(6, 2))).mean()).backward()
        generator_optimizer.step()
