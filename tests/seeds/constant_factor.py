# runs: w.grad is None and x.grad is not None
# fixed: w.grad is not None
import torch

x = torch.randn(4, requires_grad=True)
w = torch.randn(4, requires_grad=False)
b = torch.randn(1, requires_grad=True)

total = torch.dot(x, w) + b

total.backward()

print(x.grad)
print(w.grad)  # expect[GS412 information] `w.grad`
print(b.grad)
