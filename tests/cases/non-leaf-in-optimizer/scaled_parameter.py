# runs: raises ValueError: can't optimize a non-leaf Tensor
# fixed: none
# why: which tensor is to be optimized only the user can say
import torch
from torch import nn

layer = nn.Linear(3, 2)
flat = layer.weight.view(-1)  # expect[GS507] `layer.weight.view(-1)`
optimizer = torch.optim.SGD([flat], lr=0.1)
