# runs: not model[2].weight.requires_grad
# fixed: model[2].weight.requires_grad
# why: the probe does not watch what modules are given yet
import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2), nn.Linear(2, 2))
for p in model.parameters():
    p.requires_grad = False
model[2].requires_grad = True  # static[GS104] `model[2].requires_grad = True`
model[3].requires_grad_(True)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss = model(torch.ones(3, 4)).sum()
loss.backward()
optimizer.step()
