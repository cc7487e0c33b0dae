# runs: raises AttributeError: object has no attribute
# fixed: prediction.grad is not None
# why: the probe does not watch what modules are given yet
import torch
from torch import nn


class Huber(nn.Module):
    def __init__(self, delta):
        self.delta = delta  # static[GS503] `self.delta = delta`

    def forward(self, prediction, target):
        return nn.functional.huber_loss(prediction, target, delta=self.delta)


def evaluate(criterion, prediction, target):
    return criterion(prediction, target)


prediction = torch.zeros(4, requires_grad=True)
evaluate(Huber(0.5), prediction, torch.ones(4)).backward()
