# runs: encoder.weight.grad is None and head.weight.grad is not None
# fixed: encoder.weight.grad is not None
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
encoder, head = nn.Linear(6, 4), nn.Linear(4, 2)
optimizer = torch.optim.SGD([*encoder.parameters(), *head.parameters()], lr=0.1)
inputs, labels = torch.randn(10, 6), torch.randint(0, 2, (10,))

for _ in range(3):
    optimizer.zero_grad()
    features = torch.tanh(encoder(inputs)).detach()  # expect[GS203] `.detach()`
    loss = F.cross_entropy(head(features), labels)
    loss.backward()
    optimizer.step()
