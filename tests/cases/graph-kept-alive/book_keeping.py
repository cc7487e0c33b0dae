# runs: all(getattr(value, "requires_grad", False) for value in totals.values())
# fixed: not any(isinstance(value, torch.Tensor) and value.requires_grad for value in totals.values())
from collections import Counter, defaultdict

import torch
from torch import nn

totals, counts = defaultdict(float), Counter()


def note(name, value, n):
    totals[name] += value * n  # expect[GS605] `totals[name] += value * n`
    counts[name] += n


def average(name):
    return float(totals[name]) / counts[name]


def train(model, batches):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for x in batches:
        loss = model(x).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        note("loss", loss, len(x))


torch.manual_seed(0)
train(nn.Linear(2, 1), torch.randn(8, 3, 2))
print(average("loss"))
