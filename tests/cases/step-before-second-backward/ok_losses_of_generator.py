# expect-silent
import torch
from torch import nn
def losses(model, data):
    for x in data:
        yield model(x).pow(2).mean()
model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
opt = torch.optim.SGD(model.parameters(), lr=0.1)
for loss in losses(model, torch.randn(5, 2, 3)):
    opt.zero_grad()
    loss.backward()
    opt.step()
