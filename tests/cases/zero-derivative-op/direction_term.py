# runs: bool((torch.autograd.grad(agreement(model(inputs), changes), model.weight)[0] == 0).all())
# fixed: none
# why: which smooth function should stand for the sign is a decision
import torch
from torch import nn
from torch.nn import functional as F


def agreement(predicted, wanted):
    gap = predicted.sign() - wanted.sign()  # expect[GS701] `predicted.sign()`
    return (gap ** 2).mean()


torch.manual_seed(0)
model = nn.Linear(4, 3)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
inputs, changes = torch.randn(12, 4), torch.randn(12, 3)
for _ in range(2):
    predicted = model(inputs)
    loss = F.mse_loss(predicted, changes)
    loss = loss + 0.3 * agreement(predicted, changes)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
