# runs: raises RuntimeError: is a view and is being modified inplace
# fixed: project.weight.grad is not None
import torch
from torch import nn

torch.manual_seed(0)
project = nn.Linear(4, 8)
value, gate = project(torch.randn(3, 4)).chunk(2, dim=-1)
gate += 1.0  # expect[GS306] `gate += 1.0`
loss = (value * torch.sigmoid(gate)).sum()
loss.backward()
