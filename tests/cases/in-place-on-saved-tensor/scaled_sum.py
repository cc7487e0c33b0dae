# runs: raises RuntimeError: modified by an inplace operation
# fixed: x.grad is not None
import torch

x = torch.tensor([1.0, 2.0], requires_grad=True)
half = x * 0.5
power = half**2
half *= power.detach() + 1.0  # expect[GS302] `half *= power.detach() + 1.0`
(power + half).sum().backward()
