# expect-silent
import torch
from torch import nn
from torch.optim import lr_scheduler

torch.manual_seed(0)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
cycle = lr_scheduler.OneCycleLR(optimizer, max_lr=0.2, total_steps=40)
plateau = lr_scheduler.ReduceLROnPlateau(optimizer)
for epoch in range(6):
    plateau.step(1.0 / (epoch + 1))
    for x in torch.randn(5, 4, 3):
        optimizer.zero_grad()
        model(x).pow(2).mean().backward()
        optimizer.step()
        cycle.step()
