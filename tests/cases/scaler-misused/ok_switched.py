# expect-silent
import torch
from torch import nn


def train(model, batches, mixed):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    scaler = torch.amp.GradScaler("cpu", enabled=mixed)
    plain = torch.amp.GradScaler("cpu", enabled=False)
    for x in batches:
        optimizer.zero_grad()
        if mixed:
            scaler.scale(model(x).pow(2).mean()).backward()
            scaler.step(optimizer)
            scaler.update()
        else:
            plain.scale(model(x).pow(2).mean()).backward()
            optimizer.step()


torch.manual_seed(0)
for mixed in (True, False):
    train(nn.Linear(3, 1), torch.randn(4, 5, 3), mixed)
