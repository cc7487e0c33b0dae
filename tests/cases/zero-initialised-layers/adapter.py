# runs: adapter.down.weight.grad.eq(0).all() and adapter.up.weight.grad.eq(0).all()
# fixed: not adapter.up.weight.grad.eq(0).all()
import torch
from torch import nn

torch.manual_seed(0)


class Adapter(nn.Module):
    """A bottleneck beside a frozen layer, so that training starts from what the layer does."""

    def __init__(self, layer, rank):
        super().__init__()
        self.layer = layer
        self.down = nn.Linear(layer.in_features, rank, bias=False)
        self.up = nn.Linear(rank, layer.out_features, bias=False)
        self.start_as_identity()

    def start_as_identity(self):
        nn.init.zeros_(self.down.weight)  # expect[GS705] `nn.init.zeros_(self.down.weight)`
        nn.init.zeros_(self.up.weight)

    def forward(self, x):
        return self.layer(x) + self.up(torch.relu(self.down(x)))


frozen = nn.Linear(6, 6).requires_grad_(False)
adapter = Adapter(frozen, rank=2)
optimizer = torch.optim.Adam([p for p in adapter.parameters() if p.requires_grad], lr=0.1)
x, target = torch.randn(8, 6), torch.randn(8, 6)
for _ in range(3):
    optimizer.zero_grad()
    loss = (adapter(x) - target).pow(2).mean()
    loss.backward()
    optimizer.step()
