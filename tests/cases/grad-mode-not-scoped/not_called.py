# runs: raises TypeError
# fixed: not output.requires_grad
# why: the program ends before anything happens that the probe records
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(4, 3)
with torch.no_grad:  # static[GS210] `torch.no_grad`
    output = model(torch.randn(5, 4))
