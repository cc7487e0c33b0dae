# expect-silent
import torch
from torch import nn

torch.manual_seed(0)


def zeroed(layer):
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)
    return layer


class Block(nn.Module):
    """Shift, scale and gate come from a condition, and start at zero: the block starts as the identity."""

    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.body = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, width))
        self.modulation = nn.Sequential(nn.SiLU(), zeroed(nn.Linear(width, 3 * width)))

    def forward(self, x, condition):
        shift, scale, gate = self.modulation(condition).chunk(3, dim=-1)
        return x + gate * self.body(self.norm(x) * (1 + scale) + shift)


class Model(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.blocks = nn.ModuleList(Block(width) for _ in range(2))
        self.out = zeroed(nn.Linear(width, width))

    def forward(self, x, condition):
        for block in self.blocks:
            x = block(x, condition)
        return self.out(x)


model = Model(4)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(3):
    loss = (model(torch.randn(8, 4), torch.randn(8, 4)) - 1.0).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
