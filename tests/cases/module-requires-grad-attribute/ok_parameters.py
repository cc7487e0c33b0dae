# expect-silent
import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
for p in model[0].parameters():
    p.requires_grad = False
model[2].bias.requires_grad = False
optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
for x in torch.ones(2, 3, 4):
    loss = model(x).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
