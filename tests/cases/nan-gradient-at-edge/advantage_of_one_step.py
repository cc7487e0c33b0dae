# runs: policy.weight.grad.isnan().all()
# fixed: policy.weight.grad.isfinite().all()
import torch
from torch import nn
from torch.distributions import Categorical

torch.manual_seed(0)
policy, value = nn.Linear(4, 2), nn.Linear(4, 1)
optimizer = torch.optim.Adam([*policy.parameters(), *value.parameters()], lr=0.01)


def normalised(gains):
    return (gains - gains.mean()) / (gains.std() + 1e-8)  # expect[GS703] `gains.std()`


states, returns = torch.randn(1, 4), torch.ones(1)
gains = normalised(returns - value(states).squeeze(1))
choice = Categorical(logits=policy(states))
loss = -(choice.log_prob(torch.zeros(1)) * gains).mean()
optimizer.zero_grad()
loss.backward()
optimizer.step()
