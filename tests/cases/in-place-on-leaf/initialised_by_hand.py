# runs: raises RuntimeError: a leaf Variable that requires grad is being used in an in-place operation
# fixed: layer.weight.requires_grad and layer.weight.is_leaf
import torch
from torch import nn

layer = nn.Linear(4, 2)
layer.weight.fill_(0.5)  # expect[GS301] `layer.weight.fill_(0.5)`
layer(torch.ones(1, 4)).sum().backward()
