# runs: raises AttributeError: cannot assign module before Module.__init__() call
# fixed: len(list(model.parameters())) == 4
# why: the probe does not watch what modules are given yet
import torch
from torch import nn


class Base(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder


class WithCritic(Base):
    def __init__(self, encoder, critic):
        self.critic = critic  # static[GS503] `self.critic = critic`
        super().__init__(encoder)

    def forward(self, x):
        return self.critic(self.encoder(x))


model = WithCritic(nn.Linear(4, 2), nn.Linear(2, 1))
model(torch.ones(3, 4)).sum().backward()
