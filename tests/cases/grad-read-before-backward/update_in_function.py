# runs: raises TypeError
# fixed: model.weight.grad is not None
import torch
from torch import nn


def train_step(model, x, y, rate):
    loss = nn.functional.mse_loss(model(x), y)
    for parameter in model.parameters():
        parameter.data -= rate * parameter.grad  # expect[GS403] `parameter.grad`
    return loss.item()


torch.manual_seed(0)
model = nn.Linear(2, 1)
print(train_step(model, torch.randn(6, 2), torch.randn(6, 1), rate=0.1))
