# runs: raises RuntimeError: does not require grad
# fixed: x.grad is not None
# why: reading sees the comparison; a run sees that the tensor never requires grad
import torch

x = torch.ones(3)  # probe[GS101] `torch.ones(3)`
x.requires_grad == True  # static[GS103] `x.requires_grad == True`
(x * x).sum().backward()
