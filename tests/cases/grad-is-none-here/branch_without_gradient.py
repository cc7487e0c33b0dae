# runs: raises AttributeError: 'NoneType' object has no attribute 'data'
# fixed: not torch.equal(before, model.trunk.weight)
import torch
from torch import nn


class TwoHeads(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Linear(4, 8)
        self.value = nn.Linear(8, 1)
        self.spare = nn.Linear(8, 3)

    def forward(self, x):
        return self.value(self.trunk(x).tanh())


torch.manual_seed(2)
model = TwoHeads()
before = model.trunk.weight.detach().clone()
for batch in torch.randn(2, 5, 4):
    loss = model(batch).pow(2).mean()
    loss.backward()
    for p in model.parameters():
        p.data.add_(p.grad.data, alpha=-0.1)  # expect[GS411] `p.grad`
    model.zero_grad()
