# runs: raises RuntimeError: unscale_() has already been called on this optimizer
# fixed: raises nothing
import torch
from torch import nn


def clip(scaler, optimizer, parameters):
    scaler.unscale_(optimizer)  # expect[GS608 error] `scaler.unscale_(optimizer)`
    return nn.utils.clip_grad_norm_(parameters, 1.0)


torch.manual_seed(0)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scaler = torch.amp.GradScaler("cpu")
for x in torch.randn(3, 8, 3):
    optimizer.zero_grad()
    scaler.scale(model(x).pow(2).mean()).backward()
    scaler.unscale_(optimizer)
    biggest = max(p.grad.abs().max().item() for p in model.parameters())
    clip(scaler, optimizer, list(model.parameters()))
    scaler.step(optimizer)
    scaler.update()
