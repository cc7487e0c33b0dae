# expect-silent
# Numbers of losses that are backpropagated themselves: a baseline, a flooding level, a total of what went before.
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
model = nn.Linear(5, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
inputs, labels = torch.randn(12, 5), torch.randint(0, 3, (12,))
baseline, before = 0.0, 0.0

for step in range(3):
    loss = F.cross_entropy(model(inputs), labels)
    weight = 1.0 / (1.0 + loss.item())
    flooded = (loss - 0.05).abs() + 0.05 - baseline + before
    optimizer.zero_grad()
    (weight * flooded).backward()
    optimizer.step()
    before = loss.item()
    baseline = 0.9 * baseline + 0.1 * before
