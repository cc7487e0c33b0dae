# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 3)
inputs = torch.randn(4, 3)
inputs -= inputs.mean(dim=0)
inputs.div_(inputs.std(dim=0))
keep = torch.ones(4, dtype=torch.bool)
keep[1] = False
collected = torch.empty(4, 3)
for i in range(4):
    collected[i] = model(inputs[i])
collected[keep].sum().backward()
with torch.no_grad():
    summary = model(inputs)
    summary += 1
