# expect-silent
import torch
from torch import nn


class Codes(nn.Module):
    def __init__(self, count, width):
        super().__init__()
        self.table = nn.Embedding(count, width)

    def forward(self, z):
        nearest = torch.cdist(z, self.table.weight).argmin(dim=1)
        if self.training:
            with torch.no_grad():
                for index in nearest.unique():
                    members = z[nearest == index]
                    self.table.weight[index] = 0.9 * self.table.weight[index] + 0.1 * members.mean(dim=0)
        quantized = self.table(nearest)
        commitment = (z - quantized.detach()).pow(2).mean()
        return z + (quantized - z).detach(), commitment


torch.manual_seed(0)
encoder, codes, decoder = nn.Linear(5, 3), Codes(6, 3), nn.Linear(3, 5)
model = nn.ModuleList([encoder, codes, decoder])
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(2):
    batch = torch.randn(9, 5)
    code, commitment = codes(encoder(batch))
    loss = (decoder(code) - batch).pow(2).mean() + 0.25 * commitment
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
