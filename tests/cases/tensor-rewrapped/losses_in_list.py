# runs: raises RuntimeError: does not require grad
# fixed: model.weight.grad is not None
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
samples, targets = torch.randn(4, 3), torch.randn(4, 1)

losses = []
for sample, target in zip(samples, targets):
    losses.append((model(sample) - target).pow(2).sum())
total = torch.tensor(losses).mean()  # expect[GS206] `torch.tensor(losses)`
total.backward()
