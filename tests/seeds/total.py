# expect-silent
import torch

x = torch.randn(4, requires_grad=True)
w = torch.randn(4, requires_grad=True)
b = torch.randn(1, requires_grad=True)

total = torch.dot(x, w) + b

total.backward()

print(x.grad)
print(w.grad)
print(b.grad)
