# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
actor, critic = nn.Linear(4, 2), nn.Linear(4, 1)
optimizer = torch.optim.Adam([*actor.parameters(), *critic.parameters()], lr=0.01)
for _ in range(3):
    states, returns = torch.randn(8, 4), torch.randn(8)
    policy = torch.distributions.Categorical(logits=actor(states))
    actions = policy.sample()
    values = critic(states).squeeze(1)
    advantage = returns - values.detach()
    policy_loss = -(policy.log_prob(actions) * advantage).mean()
    value_loss = (returns - values).pow(2).mean()
    optimizer.zero_grad()
    (policy_loss + 0.5 * value_loss).backward()
    optimizer.step()
