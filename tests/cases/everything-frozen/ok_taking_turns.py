# expect-silent
import torch
from torch import nn


def switch(module, flag):
    for parameter in module.parameters():
        parameter.requires_grad_(flag)


torch.manual_seed(0)
generator, critic = nn.Linear(2, 3), nn.Linear(3, 1)
switch(critic, False)
critic_optimizer = torch.optim.SGD(critic.parameters(), lr=0.1)
generator_optimizer = torch.optim.SGD(generator.parameters(), lr=0.1)
for _ in range(2):
    switch(critic, True)
    critic_optimizer.zero_grad()
    fake = generator(torch.randn(4, 2))
    (critic(fake.detach()).mean() - critic(torch.randn(4, 3)).mean()).backward()
    critic_optimizer.step()
    switch(critic, False)
    generator_optimizer.zero_grad()
    (-critic(fake).mean()).backward()
    generator_optimizer.step()
