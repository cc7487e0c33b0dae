"""A Poisson regression whose backward() fails far from the line that broke it."""

import torch
from torch import nn

torch.manual_seed(0)
features = torch.randn(64, 3)
counts = torch.poisson(torch.exp(features @ torch.tensor([0.5, -0.3, 0.8])))

model = nn.Linear(3, 1)
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)

for epoch in range(20):
    rate = model(features).squeeze(1).exp()
    rate += 1e-6  # keep the logarithm finite
    loss = (rate - counts * rate.log()).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

print(f"loss: {loss.item():.3f}")
