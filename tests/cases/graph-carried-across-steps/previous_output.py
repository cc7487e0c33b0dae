# runs: raises RuntimeError: Trying to backward through the graph a second time
# fixed: prev is not None and not prev.requires_grad
import torch
from torch import nn

torch.manual_seed(7)
model = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
prev = None
for frame in torch.randn(5, 4, 3):
    out = model(frame)
    loss = out.pow(2).mean()
    if prev is not None:
        loss = loss + (out - prev).abs().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    prev = out  # expect[GS406] `prev`
