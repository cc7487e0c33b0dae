# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
body = nn.Sequential(nn.Linear(4, 8), nn.Tanh())
actor, critic = nn.Linear(8, 2), nn.Linear(8, 1)
a_steps = torch.optim.SGD([*body.parameters(), *actor.parameters()], lr=0.1)
c_steps = torch.optim.SGD(critic.parameters(), lr=0.1)
for batch in torch.randn(3, 6, 4):
    features = body(batch)
    values = critic(features.detach())
    loss = actor(features).pow(2).mean()
    regret = (values - 1).pow(2).mean()
    a_steps.zero_grad()
    c_steps.zero_grad()
    loss.backward()
    a_steps.step()
    regret.backward()
    c_steps.step()
