# expect-silent
import torch
from torch import nn


class LowRank(nn.Module):
    def __init__(self, base, rank):
        super().__init__()
        self.base = base
        self.base.requires_grad_(False)
        self.down = nn.Parameter(torch.randn(rank, base.in_features) * 0.01)
        self.up = nn.Parameter(torch.zeros(base.out_features, rank))

    def forward(self, x):
        return self.base(x) + x @ self.down.t() @ self.up.t()


torch.manual_seed(0)
layer = LowRank(nn.Linear(6, 4), rank=2)
optimizer = torch.optim.SGD([p for p in layer.parameters() if p.requires_grad], lr=0.1)
for _ in range(2):
    loss = layer(torch.randn(8, 6)).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
for name, parameter in layer.named_parameters():
    state = "frozen" if parameter.grad is None else f"{parameter.grad.norm():.3f}"
    print(name, state, parameter.grad)
