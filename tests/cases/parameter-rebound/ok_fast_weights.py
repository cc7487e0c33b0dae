# expect-silent
import torch

torch.manual_seed(0)
slow = torch.randn(3, 1, requires_grad=True)
optimizer = torch.optim.SGD([slow], lr=0.1)
support, query = torch.randn(5, 3), torch.randn(5, 3)
targets = torch.randn(5, 1)
for _ in range(2):
    fast = slow
    for _ in range(2):
        inner = (support @ fast - targets).pow(2).mean()
        (gradient,) = torch.autograd.grad(inner, fast, create_graph=True)
        fast = fast - 0.05 * gradient
    outer = (query @ fast - targets).pow(2).mean()
    optimizer.zero_grad()
    outer.backward()
    optimizer.step()
