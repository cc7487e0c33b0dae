# runs: raises RuntimeError: element 0 of tensors does not require grad
# fixed: all(t.grad is not None for t in (x, w, b))
import torch

x = torch.randn(4, requires_grad=True)
w = torch.randn(4, requires_grad=True)
b = torch.randn(1, requires_grad=True)

before = torch.dot(x, w) + b
total = before.detach()  # expect[GS203 error] `.detach()`

total.backward()

print(x.grad)
print(w.grad)
print(b.grad)
