# why: what a comment leaves out is a matter of reading; a run sees only what it reaches
# runs: x.grad is not None
# fixed: x.grad is not None
import torch

x = torch.ones(2, requires_grad=True)
y = x * 2  # gradsight: ignore[GS999] kept for later  # static[GS001] `gradsight: ignore[GS999]`
y.sum().backward()
