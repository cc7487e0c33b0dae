# runs: torch.equal(before, generator[0].weight) and generator[0].weight.grad is not None
# fixed: none
# why: whose parameters were meant only the user can say, and the probe does not watch what modules are given yet
import torch
from torch import nn


def build(width):
    generator = nn.Sequential(nn.Linear(2, width), nn.ReLU(), nn.Linear(width, 3))
    critic = nn.Sequential(nn.Linear(3, width), nn.ReLU(), nn.Linear(width, 1))
    generator_optimizer = torch.optim.Adam(critic.parameters())  # static[GS505] `torch.optim.Adam(critic.parameters())`
    critic_optimizer = torch.optim.Adam(critic.parameters(), lr=1e-3)
    return generator, critic, generator_optimizer, critic_optimizer


torch.manual_seed(0)
generator, critic, generator_optimizer, critic_optimizer = build(8)
before = generator[0].weight.detach().clone()
judge = nn.BCEWithLogitsLoss()
for _ in range(3):
    real, fake = torch.randn(6, 3), generator(torch.randn(6, 2))
    critic_optimizer.zero_grad()
    (judge(critic(real), torch.ones(6, 1)) + judge(critic(fake.detach()), torch.zeros(6, 1))).backward()
    critic_optimizer.step()
    generator_optimizer.zero_grad()
    judge(critic(fake), torch.ones(6, 1)).backward()
    generator_optimizer.step()
