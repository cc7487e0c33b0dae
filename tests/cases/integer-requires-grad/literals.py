# runs: raises RuntimeError: Only Tensors of floating point and complex dtype can require gradients
# fixed: torch.equal(x.grad, 2 * x)
import torch

x = torch.tensor([1, 2, 3], requires_grad=True)  # expect[GS102] `requires_grad=True`
y = (x * x).sum()
y.backward()
