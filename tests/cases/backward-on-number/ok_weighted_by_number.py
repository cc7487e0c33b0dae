# expect-silent
import torch
from torch import nn


def weighted(losses, history):
    weights = [1.0 / max(value, 1e-6) for value in history]
    return sum(weight * loss for weight, loss in zip(weights, losses))


torch.manual_seed(0)
model = nn.Linear(3, 2)
out = model(torch.randn(4, 3))
losses = [out[:, 0].pow(2).mean(), out[:, 1].abs().mean()]
history = [loss.item() for loss in losses]
total = weighted(losses, history)
total.backward()
