# runs: raises RuntimeError: modified by an inplace operation
# fixed: x.grad is not None
import torch

x = torch.tensor([0.1, 0.2, 0.3], requires_grad=True)
y = torch.exp(x)
y += 1  # expect[GS302] `y += 1`
y.sum().backward()
