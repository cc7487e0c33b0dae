# expect-silent
import numpy as np
import torch
from torch import nn
from torch.distributions import Normal

torch.manual_seed(0)
policy = nn.Linear(3, 2)
optimizer = torch.optim.Adam(policy.parameters(), lr=0.01)
history = []

for _ in range(3):
    states = torch.randn(10, 3)
    dist = Normal(policy(states), 1.0)
    actions = dist.sample()
    reward = -np.abs(actions.numpy() - 0.5).sum(axis=1)
    weight = torch.as_tensor((reward - reward.mean()) / (reward.std() + 1e-6), dtype=torch.float32)
    loss = -(dist.log_prob(actions).sum(1) * weight).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    history.append(np.mean(loss.detach().cpu().numpy()))
