# expect-silent
import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(0)


class Mixture(nn.Module):
    def __init__(self, experts):
        super().__init__()
        self.experts = nn.ModuleList(nn.Linear(4, 3) for _ in range(experts))
        self.gate = nn.Linear(4, experts)

    def forward(self, x):
        weights = self.gate(x).softmax(dim=-1)
        scores = torch.stack([expert(x) for expert in self.experts], dim=1)
        return (weights.unsqueeze(-1) * scores).sum(dim=1), weights


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return torch.softmax(self.head(x), dim=-1)


mixture, policy = Mixture(2), Policy()
x, y = torch.randn(8, 4), torch.randint(0, 3, (8,))
scores, weights = mixture(x)
balance = weights.mean(0).pow(2).sum()
entropy = -(weights * weights.clamp(min=1e-8).log()).sum(-1).mean()
probabilities = policy(x)
action = probabilities.multinomial(1)
chosen = probabilities.gather(1, action).log()
imitation = F.nll_loss(probabilities.log(), torch.randint(0, 2, (8,)))
loss = F.cross_entropy(scores, y) + 0.1 * balance - 0.01 * entropy - (chosen * torch.randn(8, 1)).mean() + imitation
loss.backward()
