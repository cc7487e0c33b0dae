# expect-silent
import importlib

import torch
from torch import nn

torch.manual_seed(0)
library = importlib.import_module("types")
learner = library.SimpleNamespace(mean=nn.Parameter(torch.randn(3)))
optimizer = torch.optim.SGD([learner.mean], lr=0.1)
target = torch.zeros(3)
for _ in range(2):
    loss = (target - learner.mean).pow(2).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
