# runs: weight.grad is None
# fixed: weight.grad is not None
# why: reading sees the assignment; a run sees only the read of a gradient that nobody computes
import torch

bias = torch.zeros(3, requires_grad=True)
weight = torch.ones(3)
weight.requires_grad_ = True  # static[GS103] `requires_grad_`
((weight + bias) ** 2).sum().backward()
print(weight.grad)  # probe[GS412] `weight.grad`
