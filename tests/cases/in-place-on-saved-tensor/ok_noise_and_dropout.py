# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
encoder = nn.Linear(4, 6)
mean_head, spread_head, decoder = nn.Linear(6, 2), nn.Linear(6, 2), nn.Linear(2, 4)
parameters = [p for part in (encoder, mean_head, spread_head, decoder) for p in part.parameters()]
optimizer = torch.optim.Adam(parameters, lr=0.01)
for batch in torch.randn(3, 5, 4):
    hidden = torch.relu(encoder(batch))
    mean, log_spread = mean_head(hidden), spread_head(hidden)
    noise = torch.empty_like(mean).normal_()
    code = mean + noise * log_spread.mul(0.5).exp()
    divergence = -0.5 * (1 + log_spread - mean.pow(2) - log_spread.exp()).sum(dim=1).mean()
    loss = (decoder(code) - batch).pow(2).mean() + divergence
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    noise.zero_()
    hidden.detach_()
