# expect-silent
import torch
from torch import nn


def fit(model, batches, optimizer, scheduler):
    scaler = torch.amp.GradScaler("cpu")
    for x in batches:
        optimizer.zero_grad()
        scaler.scale(model(x).pow(2).mean()).backward()
        scaler.step(optimizer)
        scaler.update()
        scheduler.step()


torch.manual_seed(0)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
fit(model, torch.randn(5, 4, 3), optimizer, torch.optim.lr_scheduler.LinearLR(optimizer))
