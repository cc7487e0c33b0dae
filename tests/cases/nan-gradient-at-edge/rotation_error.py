# runs: any(p.grad.isnan().any() for p in network.parameters())
# fixed: not any(p.grad.isnan().any() for p in network.parameters())
import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(0)


def angle_between(a, b):
    cosine = (F.normalize(a, dim=-1) * F.normalize(b, dim=-1)).sum(-1)
    return cosine.clamp(-1.0, 1.0).acos()  # expect[GS703] `cosine.clamp(-1.0, 1.0).acos()`


class Pointing(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(4, 2)
        nn.init.zeros_(self.out.weight)
        with torch.no_grad():
            self.out.bias.copy_(torch.tensor([1.0, 0.0]))

    def forward(self, x):
        return self.out(x)


network = Pointing()
optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
target = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
loss = angle_between(network(torch.randn(2, 4)), target).mean()
optimizer.zero_grad()
loss.backward()
optimizer.step()
