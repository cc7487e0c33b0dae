# expect-silent
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
generator, critic = nn.Linear(3, 4), nn.Linear(4, 1)
generator_optimizer = torch.optim.Adam(generator.parameters(), lr=0.01)
critic_optimizer = torch.optim.Adam(critic.parameters(), lr=0.01)
ones, zeros = torch.ones(5, 1), torch.zeros(5, 1)

for _ in range(3):
    real, fake = torch.randn(5, 4), generator(torch.randn(5, 3))
    critic_loss = F.binary_cross_entropy_with_logits(critic(real), ones)
    critic_loss = critic_loss + F.binary_cross_entropy_with_logits(critic(fake.detach()), zeros)
    critic_optimizer.zero_grad()
    critic_loss.backward()
    critic_optimizer.step()
    generator_loss = F.binary_cross_entropy_with_logits(critic(fake), ones)
    generator_optimizer.zero_grad()
    generator_loss.backward()
    generator_optimizer.step()
