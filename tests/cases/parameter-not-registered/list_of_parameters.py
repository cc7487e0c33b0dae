# runs: len(list(model.parameters())) == 1
# fixed: len(list(model.parameters())) == 4
# why: the probe does not watch what modules are given yet
import torch
from torch import nn


class Mixture(nn.Module):
    def __init__(self, parts):
        super().__init__()
        self.centres = [nn.Parameter(torch.randn(2)) for _ in range(parts)]  # static[GS502] `[nn.Parameter(torch.randn(2)) for _ in range(parts)]`
        self.logits = nn.Parameter(torch.zeros(parts))

    def forward(self, x):
        distances = torch.stack([(x - centre).pow(2).sum(-1) for centre in self.centres], -1)
        return (distances * self.logits.softmax(-1)).sum(-1).mean()


torch.manual_seed(0)
model = Mixture(3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x in torch.randn(3, 10, 2):
    optimizer.zero_grad()
    model(x).backward()
    optimizer.step()
