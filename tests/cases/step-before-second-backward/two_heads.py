# runs: raises RuntimeError: modified by an inplace operation
# fixed: len(history) == 3
import torch
from torch import nn


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh())
        self.actor, self.critic = nn.Linear(16, 2), nn.Linear(16, 1)

    def forward(self, observation):
        features = self.body(observation)
        return self.actor(features).log_softmax(dim=-1), self.critic(features).squeeze(-1)


torch.manual_seed(0)
agent = ActorCritic()
optimizer = torch.optim.Adam(agent.parameters(), lr=1e-3)
history = []
for episode in range(3):
    observation, rewards = torch.randn(8, 4), torch.rand(8)
    chances, values = agent(observation)
    advantage = (rewards - values).detach()
    critic_loss = (rewards - values).pow(2).mean()
    actor_loss = -(chances[:, 0] * advantage).mean()
    optimizer.zero_grad()
    critic_loss.backward(retain_graph=True)
    optimizer.step()  # expect[GS305] `optimizer.step()`
    actor_loss.backward()
    history.append(critic_loss.item() + actor_loss.item())
