# expect-silent
import torch
from torch import nn


def gradients_of(model, batches):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    found = []
    for x in batches:
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), x).backward()
        found.append([p.grad.clone() for p in model.parameters()])
    print(len(found))


def prepared(model, batches):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for x in batches:
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), x).backward()
    return optimizer
