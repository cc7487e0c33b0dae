# runs: all(p.grad is None for p in model.encoder.parameters()) and model.decoder.weight.grad is not None
# fixed: all(p.grad is not None for p in model.encoder.parameters())
import torch
from torch import nn
from torch.distributions import Normal
from torch.nn import functional as F


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(6, 4)
        self.decoder = nn.Linear(2, 6)

    def code(self, inputs):
        mean, spread = self.encoder(inputs).chunk(2, dim=-1)
        return Normal(mean, F.softplus(spread)).sample()  # expect[GS207] `Normal(mean, F.softplus(spread)).sample()`

    def forward(self, inputs):
        return self.decoder(self.code(inputs))


torch.manual_seed(0)
model = Autoencoder()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
inputs = torch.randn(12, 6)
for _ in range(3):
    loss = F.mse_loss(model(inputs), inputs)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
