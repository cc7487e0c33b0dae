# expect-silent
import torch
from torch import nn
from torch.distributions import Independent, Normal, kl_divergence
from torch.nn import functional as F

torch.manual_seed(0)
encoder, decoder = nn.Linear(6, 4), nn.Linear(2, 6)
optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=0.01)
inputs = torch.randn(12, 6)
prior = Independent(Normal(torch.zeros(2), torch.ones(2)), 1)

for _ in range(3):
    mean, spread = encoder(inputs).chunk(2, -1)
    posterior = Independent(Normal(mean, F.softplus(spread)), 1)
    shown = posterior.sample()
    loss = F.mse_loss(decoder(posterior.rsample()), inputs) + kl_divergence(posterior, prior).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(shown.std().item())
