# expect-silent
import torch

x = torch.ones(3, requires_grad=True)
y = x * 2
y.retain_grad()
z = (y * y).sum()
z.backward()
print(x.grad, y.grad)
if z.grad is not None:
    print(z.grad)
assert z.grad is None
