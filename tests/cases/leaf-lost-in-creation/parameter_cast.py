# runs: raises ValueError: can't optimize a non-leaf Tensor
# fixed: isinstance(gain, torch.nn.Parameter) and gain.grad is not None
import torch
from torch import nn

gain = nn.Parameter(torch.ones(3)).double()  # expect[GS105 error] `nn.Parameter(torch.ones(3)).double()`
optimizer = torch.optim.Adam([gain], lr=0.01)
signal = torch.rand(5, 3, dtype=torch.float64)
loss = (signal * gain).var()
loss.backward()
optimizer.step()
