# expect-silent
import torch

torch.manual_seed(0)
w = torch.randn(3, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
inputs, targets = torch.randn(8, 3), torch.randn(8)
for _ in range(3):
    loss = (inputs @ w + b - targets).pow(2).mean()
    loss.backward()
    w = (w - 0.1 * w.grad).detach().requires_grad_(True)
    with torch.no_grad():
        b -= 0.1 * b.grad
    b.grad = None
