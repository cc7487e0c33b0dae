# runs: bool((encoder.weight.grad == 0).all()) and bool(head.weight.grad.abs().sum() > 0)
# fixed: none
# why: a straight-through gradient, a soft rounding or no rounding: which one is meant cannot be told
import torch
from torch import nn
from torch.nn import functional as F


def quantised(features, levels=8):
    return torch.round(features * levels) / levels  # expect[GS701] `torch.round(features * levels)`


torch.manual_seed(0)
encoder, head = nn.Linear(5, 3), nn.Linear(3, 2)
optimizer = torch.optim.SGD([*encoder.parameters(), *head.parameters()], lr=0.1)
inputs, labels = torch.randn(14, 5), torch.randint(0, 2, (14,))
for _ in range(2):
    loss = F.cross_entropy(head(quantised(torch.sigmoid(encoder(inputs)))), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
