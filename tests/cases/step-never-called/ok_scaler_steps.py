# expect-silent
import torch
from torch import nn


def fit(model, batches, mixed):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 3)
    scaler = torch.amp.GradScaler("cpu", enabled=mixed)
    for index, x in enumerate(batches):
        optimizer.zero_grad()
        scaler.scale(model(x).pow(2).mean()).backward()
        scaler.step(optimizer)
        scaler.update()
        if index % 2:
            schedule.step()


torch.manual_seed(0)
fit(nn.Linear(3, 1), torch.randn(6, 4, 3), mixed=True)
