# runs: max(norms) > 1.01
# fixed: 0 < max(norms) <= 1.001
import torch
from torch import nn


class Balancer:
    def __init__(self, tasks, max_norm):
        self.weights = torch.full((tasks,), 1.0 / tasks)
        self.max_norm = max_norm

    def backward(self, losses, parameters):
        total = (self.weights * losses).sum()
        if self.max_norm is not None:
            nn.utils.clip_grad_norm_(parameters, self.max_norm)  # expect[GS607] `nn.utils.clip_grad_norm_(parameters, self.max_norm)`
        total.backward()
        return total.detach()


torch.manual_seed(0)
trunk, heads = nn.Linear(4, 8), nn.ModuleList(nn.Linear(8, 1) for _ in range(2))
parameters = [*trunk.parameters(), *heads.parameters()]
optimizer = torch.optim.SGD(parameters, lr=0.001)
balancer, norms = Balancer(2, 1.0), []
for x in torch.randn(5, 16, 4):
    hidden = torch.relu(trunk(x))
    losses = torch.stack([(20 * head(hidden) - 9).pow(2).mean() for head in heads])
    optimizer.zero_grad()
    balancer.backward(losses, parameters)
    norms.append(torch.stack([p.grad.norm() for p in parameters]).norm().item())
    optimizer.step()
