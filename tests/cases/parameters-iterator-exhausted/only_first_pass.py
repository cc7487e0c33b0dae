# runs: torch.equal(after_first, model.weight)
# fixed: not torch.equal(after_first, model.weight)
# why: the probe does not watch what modules are given yet
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
weights = (p for p in model.parameters() if p.requires_grad)  # static[GS506] `(p for p in model.parameters() if p.requires_grad)`
for epoch in range(3):
    model.zero_grad()
    (model(torch.randn(8, 3)) - 2.0).pow(2).mean().backward()
    with torch.no_grad():
        for weight in weights:
            weight -= 0.1 * weight.grad
    if epoch == 0:
        after_first = model.weight.detach().clone()
