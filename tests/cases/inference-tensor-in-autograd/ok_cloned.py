# expect-silent
# What leaves the block is cloned, only added, or a view of what was there before.
import torch
from torch import nn

torch.manual_seed(0)
encoder, head = nn.Linear(5, 4), nn.Linear(4, 1)
optimizer = torch.optim.SGD(head.parameters(), lr=0.1)
inputs, targets = torch.randn(10, 5), torch.randn(10, 1)

with torch.inference_mode():
    features = encoder(inputs)
    offset = torch.full((10, 1), 0.5)
    first = inputs[:, :4]
features = features.clone()

for _ in range(2):
    loss = (head(features) + head(first) + offset - targets).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
