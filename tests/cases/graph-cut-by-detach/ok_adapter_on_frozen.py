# expect-silent
import torch
from torch import nn


class LoRA(nn.Module):
    def __init__(self, base, rank=2):
        super().__init__()
        self.base = base
        self.base.weight.requires_grad = False
        self.down = nn.Parameter(torch.randn(rank, base.in_features) * 0.1)
        self.up = nn.Parameter(torch.randn(base.out_features, rank) * 0.1)

    def forward(self, x):
        return self.base(x).detach() + x @ self.down.t() @ self.up.t()


torch.manual_seed(0)
backbone = nn.Sequential(nn.Linear(5, 5), nn.ReLU())
for p in backbone.parameters():
    p.requires_grad_(False)
adapted = LoRA(nn.Linear(5, 3, bias=False))
trainable = [p for p in adapted.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(trainable, lr=0.01)
for _ in range(2):
    loss = adapted(backbone(torch.randn(4, 5))).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
