# expect-silent
import torch
from torch import nn


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 2)
        self.log_probs, self.rewards = [], []

    def act(self, state):
        scores = self.body(state).log_softmax(dim=0)
        action = scores.exp().multinomial(1).item()
        self.log_probs.append(scores[action])
        return action


def finish(policy, optimizer):
    returns, future = [], 0.0
    for reward in reversed(policy.rewards):
        future = reward + 0.9 * future
        returns.insert(0, future)
    loss = torch.stack([-log_prob * gain for log_prob, gain in zip(policy.log_probs, returns)]).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    del policy.log_probs[:], policy.rewards[:]


torch.manual_seed(0)
policy = Policy()
optimizer = torch.optim.Adam(policy.parameters(), lr=0.01)
for episode in range(6):
    state = torch.randn(4)
    for _ in range(30):
        policy.rewards.append(float(policy.act(state)))
        state = torch.randn(4)
    finish(policy, optimizer)
