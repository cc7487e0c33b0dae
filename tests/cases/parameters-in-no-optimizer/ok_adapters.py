# expect-silent
import torch
from torch import nn


class LowRank(nn.Module):
    def __init__(self, base, rank):
        super().__init__()
        self.base = base
        self.down = nn.Linear(base.in_features, rank, bias=False)
        self.up = nn.Linear(rank, base.out_features, bias=False)

    def forward(self, x):
        return self.base(x) + self.up(self.down(x))


def adapters(model):
    return [p for name, p in model.named_parameters() if "up" in name or "down" in name]


torch.manual_seed(0)
model = nn.Sequential(LowRank(nn.Linear(4, 4), 2), nn.ReLU(), LowRank(nn.Linear(4, 1), 2))
optimizer = torch.optim.AdamW(adapters(model), lr=0.01)
for x in torch.randn(3, 5, 4):
    loss = model(x).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
