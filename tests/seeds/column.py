# runs: b.grad is None and a.grad is not None
# fixed: b.grad is not None
import torch

a = torch.tensor([[5.0, 6.0], [7.0, 8.0]], requires_grad=True)
b = a[:, 1]
c = b.sum()
c.backward()
print(a.grad)
print(b.grad)  # expect[GS402 information] `b.grad`
