# expect-silent
import torch
from torch import nn


def accumulate(model, batches, every=2):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    scaler = torch.amp.GradScaler("cpu")
    for index, x in enumerate(batches):
        scaler.scale(model(x).pow(2).mean() / every).backward()
        if (index + 1) % every == 0:
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            scaler.step(optimizer)
            scaler.update()
            optimizer.zero_grad(set_to_none=True)


def two_at_once(body, head, batches):
    optimizers = [torch.optim.SGD(part.parameters(), lr=0.01) for part in (body, head)]
    scaler = torch.amp.GradScaler("cpu")
    for x in batches:
        for optimizer in optimizers:
            optimizer.zero_grad()
        scaler.scale(head(body(x)).pow(2).mean()).backward()
        for optimizer in optimizers:
            scaler.unscale_(optimizer)
        for optimizer in optimizers:
            scaler.step(optimizer)
        scaler.update()


torch.manual_seed(0)
data = torch.randn(6, 4, 3)
accumulate(nn.Linear(3, 1), data)
two_at_once(nn.Linear(3, 3), nn.Linear(3, 1), data)
