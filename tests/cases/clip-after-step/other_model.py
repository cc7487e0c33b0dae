# why: which parameters were meant is for the user to say, so no fix is offered
# runs: max(norms) > 1.0
# fixed: none
import copy

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
teacher = copy.deepcopy(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
norms = []
for x in torch.randn(4, 8, 3):
    with torch.no_grad():
        wanted = 40 * teacher(x)
    optimizer.zero_grad()
    (model(x) - wanted).pow(2).mean().backward()
    nn.utils.clip_grad_norm_(teacher.parameters(), 0.1)  # expect[GS607] `nn.utils.clip_grad_norm_(teacher.parameters(), 0.1)`
    norms.append(model.weight.grad.norm().item())
    optimizer.step()
