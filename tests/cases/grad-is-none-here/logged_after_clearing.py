# runs: raises AttributeError: 'NoneType' object has no attribute 'norm'
# fixed: len(norms) == 3
import torch
from torch import nn


def log_norm(model, norms):
    total = 0.0
    for parameter in model.parameters():
        total += parameter.grad.norm().item() ** 2  # expect[GS411] `parameter.grad`
    norms.append(total**0.5)


torch.manual_seed(1)
model = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
norms = []
for batch in torch.randn(3, 5, 4):
    loss = model(batch).abs().mean()
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    log_norm(model, norms)
