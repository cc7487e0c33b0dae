# expect-silent
import torch
from torch import nn
from torch.nn import functional as F


class SimSiam(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(inplace=True), nn.Linear(8, 4))
        self.predictor = nn.Linear(4, 4)

    def forward(self, one, two):
        first, second = self.encoder(one), self.encoder(two)
        return self.predictor(first), self.predictor(second), first.detach(), second.detach()


torch.manual_seed(0)
model = SimSiam()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
for _ in range(3):
    batch = torch.randn(8, 6)
    p1, p2, z1, z2 = model(batch + 0.1 * torch.randn_like(batch), batch - 0.1 * torch.randn_like(batch))
    loss = -0.5 * (F.cosine_similarity(p1, z2).mean() + F.cosine_similarity(p2, z1).mean())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
