# expect-silent
import torch
from torch import nn


def evaluate(model, x):
    was = model.training
    model.eval()
    with torch.no_grad():
        value = model(x).mean().item()
    model.train(was)
    return value


def run(model, x, restore):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(6):
        if not restore:
            model.train()
        optimizer.zero_grad()
        model(x).pow(2).mean().backward()
        optimizer.step()
        if restore:
            evaluate(model, x)
        else:
            model.eval()
            with torch.no_grad():
                model(x)


torch.manual_seed(0)
for restore in (True, False):
    run(nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.5), nn.Linear(8, 1)), torch.randn(6, 3), restore)
