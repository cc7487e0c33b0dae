# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
backbone = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8))
head = nn.Sequential(nn.Dropout(0.1), nn.Linear(8, 1))
model = nn.Sequential(backbone, head)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for x in torch.randn(6, 5, 3):
    model.train()
    backbone.eval()
    optimizer.zero_grad()
    model(x).pow(2).mean().backward()
    optimizer.step()
    with torch.no_grad():
        print(backbone(x).mean().item())

model.eval()
for x in torch.randn(6, 5, 3):
    optimizer.zero_grad()
    model(x).pow(2).mean().backward()
    optimizer.step()
    model.eval()
    with torch.no_grad():
        print(model(x).mean().item())
