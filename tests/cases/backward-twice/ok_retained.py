# expect-silent
import torch

x = torch.tensor([1.0, 2.0], requires_grad=True)
y = (x * x).sum()
y.backward(retain_graph=True)
y.backward()
z = (x + 1).sum()
z.backward()
z.backward()
(first,) = torch.autograd.grad((x**3).sum(), x, create_graph=True)
first.sum().backward()
print(x.grad)
