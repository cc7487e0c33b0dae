# runs: raises ValueError: optimizer got an empty parameter list
# fixed: len(optimizer.param_groups[0]["params"]) == 2
# why: the probe does not watch what modules are given yet
import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
model[0].requires_grad_(False)
trainable = filter(lambda p: p.requires_grad, model.parameters())  # static[GS506 error] `filter(lambda p: p.requires_grad, model.parameters())`
print("to train:", sum(p.numel() for p in trainable))
optimizer = torch.optim.Adam(trainable, lr=0.01)
model(torch.ones(3, 4)).sum().backward()
optimizer.step()
