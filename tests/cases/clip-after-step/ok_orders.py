# expect-silent
import torch
from torch import nn


def train(model, batches, every):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for index, x in enumerate(batches):
        (model(x).pow(2).mean() / every).backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        if (index + 1) % every == 0:
            optimizer.step()
            optimizer.zero_grad()
    return norm


def delayed(model, batches):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for x in batches:
        loss = model(x).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(model.parameters(), 0.5)
        optimizer.step()


torch.manual_seed(0)
data = torch.randn(6, 4, 3)
print(train(nn.Linear(3, 1), data, 2))
delayed(nn.Linear(3, 1), data)
