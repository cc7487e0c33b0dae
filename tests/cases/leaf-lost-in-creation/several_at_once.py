# runs: all(f.grad is None for f in factors)
# fixed: all(f.grad is not None for f in factors)
import torch

torch.manual_seed(0)
matrix = torch.randn(5, 3)
factors = [torch.randn(size, 2, requires_grad=True) * 0.1 for size in matrix.shape]  # expect[GS105] `torch.randn(size, 2, requires_grad=True) * 0.1`
error = (matrix - factors[0] @ factors[1].t()).pow(2).sum()
error.backward()
for factor in factors:
    print(factor.grad)
