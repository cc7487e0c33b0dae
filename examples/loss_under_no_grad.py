"""Fits a line; a block that was meant for the logging has swallowed the loss."""

import torch

torch.manual_seed(0)
x = torch.linspace(-1, 1, 50)
y = 3 * x - 1 + 0.1 * torch.randn(50)

slope = torch.zeros(1, requires_grad=True)
offset = torch.zeros(1, requires_grad=True)
optimizer = torch.optim.SGD([slope, offset], lr=0.3)

for step in range(50):
    prediction = slope * x + offset
    with torch.no_grad():
        error = prediction - y
        loss = (error**2).mean()
        print(f"step {step}: largest error {error.abs().max():.2f}")
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
