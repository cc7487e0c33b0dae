# expect-silent
import torch
from torch import nn


class Game:
    def __init__(self):
        self.generator = nn.Linear(2, 3)
        self.critic = nn.Linear(3, 1)
        self.generator_optimizer = torch.optim.Adam(self.generator.parameters())

    def setup(self, rate):
        self.critic_optimizer = torch.optim.Adam(self.critic.parameters(), lr=rate)

    def generator_step(self, noise):
        loss = -self.critic(self.generator(noise)).mean()
        self.generator_optimizer.zero_grad()
        loss.backward()
        self.generator_optimizer.step()

    def critic_step(self, noise, real):
        loss = self.critic(self.generator(noise).detach()).mean() - self.critic(real).mean()
        self.critic_optimizer.zero_grad()
        loss.backward()
        self.critic_optimizer.step()
