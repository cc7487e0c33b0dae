# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
actor, critic = nn.Linear(3, 2), nn.Linear(5, 1)
of_actor = torch.optim.Adam(actor.parameters(), lr=0.01)
of_critic = torch.optim.Adam(critic.parameters(), lr=0.01)
for state in torch.randn(4, 6, 3):
    action = torch.tanh(actor(state))
    loss = critic(torch.cat([state, action.detach()], dim=1)).pow(2).mean()
    of_critic.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(critic.parameters(), 0.5)
    of_critic.step()
    gain = critic(torch.cat([state, action], dim=1)).mean()
    of_actor.zero_grad()
    (-gain).backward()
    nn.utils.clip_grad_norm_(actor.parameters(), 0.5)
    of_actor.step()
