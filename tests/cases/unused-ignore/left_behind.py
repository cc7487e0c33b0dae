# why: what a comment leaves out is a matter of reading; a run sees only what it reaches
# runs: x.grad is not None
# fixed: x.grad is not None
import torch

x = torch.tensor([0.1, 0.2], requires_grad=True)
y = torch.exp(x)
y = y + 1  # gradsight: ignore[GS302]  # static[GS001 hint] `gradsight: ignore[GS302]`
y.sum().backward()
