"""A training loop that adds every step's gradients to those of all steps before."""

import torch
from torch import nn

torch.manual_seed(0)
batches = [(torch.randn(8, 4), torch.randn(8, 1)) for _ in range(12)]
model = nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
criterion = nn.MSELoss()

for inputs, targets in batches:
    loss = criterion(model(inputs), targets)
    loss.backward()
    optimizer.step()
    print(f"{loss.item():.3f}")
