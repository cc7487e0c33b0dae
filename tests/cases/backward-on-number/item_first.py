# runs: raises AttributeError: object has no attribute 'backward'
# fixed: scale.grad is not None
# why: a number leaves no trace that the probe could follow, the traceback says it all
import torch

scale = torch.tensor(2.0, requires_grad=True)
loss = (scale * torch.arange(4.0)).sum()
loss.item().backward()  # static[GS410] `.item()`
