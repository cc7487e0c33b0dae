# runs: raises AssertionError: Attempted step but _scale is None
# fixed: raises nothing
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scaler = torch.amp.GradScaler("cpu")
for x in torch.randn(3, 8, 3):
    optimizer.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = model(x).float().pow(2).mean()
    loss.backward()
    scaler.step(optimizer)  # expect[GS608 error] `scaler.step(optimizer)`
    scaler.update()
