# expect-silent
# Rollouts without history, then the same states once more; targets and advantages are constants on purpose.
import torch
from torch import nn
from torch.distributions import Categorical

torch.manual_seed(0)
policy, value = nn.Linear(4, 2), nn.Linear(4, 1)
target_value = nn.Linear(4, 1).requires_grad_(False)
target_value.load_state_dict(value.state_dict())
optimizer = torch.optim.Adam([*policy.parameters(), *value.parameters()], lr=0.01)

for _ in range(3):
    states, following, rewards = torch.randn(16, 4), torch.randn(16, 4), torch.randn(16)
    with torch.no_grad():
        actions = Categorical(logits=policy(states)).sample()
        old_log_prob = Categorical(logits=policy(states)).log_prob(actions)
        targets = rewards + 0.9 * target_value(following).squeeze(-1)
        advantages = targets - value(states).squeeze(-1)
    dist = Categorical(logits=policy(states))
    ratio = (dist.log_prob(actions) - old_log_prob).exp()
    surrogate = -torch.min(ratio * advantages, ratio.clamp(0.8, 1.2) * advantages).mean()
    value_loss = (value(states).squeeze(-1) - targets).pow(2).mean()
    loss = surrogate + 0.5 * value_loss - 0.01 * dist.entropy().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for ours, theirs in zip(target_value.parameters(), value.parameters()):
            ours.mul_(0.9).add_(theirs, alpha=0.1)
