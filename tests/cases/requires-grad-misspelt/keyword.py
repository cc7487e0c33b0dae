# runs: raises TypeError: requires_gradient
# fixed: v.grad is not None
# why: the call raises before there is a tensor that a run could tell of
import torch

v = torch.tensor([1.0, 2.0], requires_gradient=True)  # static[GS103 error] `requires_gradient`
v.prod().backward()
