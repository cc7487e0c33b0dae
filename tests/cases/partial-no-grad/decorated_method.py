# runs: all(p.grad is None for p in model.embed.parameters()) and model.score.weight.grad is not None
# fixed: all(p.grad is not None for p in model.embed.parameters())
import torch
from torch import nn


class Matcher(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(5, 8), nn.Tanh())
        self.score = nn.Linear(8, 1)

    @torch.no_grad()  # expect[GS202] `@torch.no_grad()`
    def encode(self, batch):
        return self.embed(batch)

    def forward(self, left, right):
        return self.score(self.encode(left) * self.encode(right)).squeeze(-1)


torch.manual_seed(0)
model = Matcher()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
left, right, same = torch.randn(10, 5), torch.randn(10, 5), torch.randint(0, 2, (10,)).float()
for _ in range(2):
    loss = nn.functional.binary_cross_entropy_with_logits(model(left, right), same)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
