# runs: weight.abs().max() > 100
# fixed: weight.abs().max() < 10
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
weight = model.weight
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scaler = torch.amp.GradScaler("cpu")
for x in torch.randn(3, 8, 3):
    optimizer.zero_grad()
    loss = (model(x) - 1).abs().mean()
    scaler.scale(loss).backward()
    optimizer.step()  # expect[GS608] `optimizer.step()`
