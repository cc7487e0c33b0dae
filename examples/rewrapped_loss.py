"""Adds two losses up in a new tensor: backward() runs, and nothing is learnt."""

import torch
from torch import nn

torch.manual_seed(0)
images, targets = torch.rand(16, 10), torch.rand(16, 10)
autoencoder = nn.Sequential(nn.Linear(10, 4), nn.ReLU(), nn.Linear(4, 10))
optimizer = torch.optim.Adam(autoencoder.parameters())

for epoch in range(5):
    output = autoencoder(images)
    reconstruction = nn.functional.mse_loss(output, targets)
    sparsity = output.abs().mean()
    loss = torch.tensor([reconstruction, 0.1 * sparsity], requires_grad=True).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"epoch {epoch}: {loss.item():.4f}")
