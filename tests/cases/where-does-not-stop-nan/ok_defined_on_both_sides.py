# expect-silent
import math

import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(0)
layer = nn.Linear(3, 3)


def huber(error, delta=1.0):
    small = 0.5 * error ** 2
    large = delta * (error.abs() - 0.5 * delta)
    return torch.where(error.abs() <= delta, small, large)


def elu(x):
    return torch.where(x > 0, x, torch.exp(torch.clamp(x, max=0.0)) - 1)


def scale(frequency):
    high = frequency > 1000.0
    return torch.where(high, 15.0 + torch.log(frequency / 1000.0) / math.log(6.4), 0.015 * frequency)


def attention(scores, mask):
    weights = F.softmax(scores.masked_fill(mask == 0, float("-inf")), dim=-1)
    return torch.where(mask == 0, torch.zeros_like(weights), weights)


x = layer(torch.randn(8, 3))
loss = huber(x).mean() + elu(x).mean() + attention(x, torch.tensor([1, 1, 0])).pow(2).mean()
loss = loss + scale(1e3 * x.sigmoid() + 500.0).mean() + torch.where(x > 0, x / 2.0, x.exp()).mean()
loss.backward()
assert layer.weight.grad.isfinite().all()
