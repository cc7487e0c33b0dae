# runs: getattr(meter.sum, "grad_fn", None) is not None
# fixed: isinstance(meter.sum, float)
import torch
from torch import nn


class Meter:
    def __init__(self):
        self.sum, self.count = 0.0, 0

    def update(self, value, n=1):
        self.sum += value * n  # expect[GS605] `self.sum += value * n`
        self.count += n

    def mean(self):
        return self.sum / self.count


def train(model, batches, meter):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for x in batches:
        loss = model(x).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        meter.update(loss, len(x))


torch.manual_seed(0)
meter = Meter()
train(nn.Linear(2, 1), torch.randn(8, 3, 2), meter)
print(f"{meter.mean():.3f}")
