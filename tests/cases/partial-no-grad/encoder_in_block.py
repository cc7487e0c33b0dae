# runs: encoder.weight.grad is None and head.weight.grad is not None
# fixed: encoder.weight.grad is not None
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
encoder, head = nn.Linear(6, 4), nn.Linear(4, 3)
optimizer = torch.optim.Adam([*encoder.parameters(), *head.parameters()], lr=0.01)
inputs, labels = torch.randn(12, 6), torch.randint(0, 3, (12,))

for _ in range(3):
    optimizer.zero_grad()
    with torch.no_grad():  # expect[GS202] `with torch.no_grad()`
        features = torch.relu(encoder(inputs))
    loss = F.cross_entropy(head(features), labels)
    loss.backward()
    optimizer.step()
