# runs: raises AttributeError: object has no attribute 'backward'
# fixed: weight.grad is not None
# why: a number leaves no trace that the probe could follow, the traceback says it all
import torch


def distance(prediction, wanted):
    squares = (prediction - wanted) ** 2
    return float(squares.mean())  # static[GS410] `float(squares.mean())`


def learn(weight, inputs, wanted):
    loss = distance(inputs @ weight, wanted)
    loss.backward()
    return loss


torch.manual_seed(1)
weight = torch.zeros(3, requires_grad=True)
learn(weight, torch.randn(6, 3), torch.ones(6))
