# runs: raises RuntimeError: element 0 of tensors does not require grad
# fixed: w.requires_grad and b.requires_grad and not xs.requires_grad
import torch

torch.manual_seed(3)
xs = torch.linspace(-1, 1, 20)
ys = 3 * xs + 0.5
w = torch.randn(1)
b = torch.zeros(1)
for step in range(5):
    prediction = w * xs + b
    loss = (prediction - ys).pow(2).mean()
    loss.backward()  # expect[GS101] `loss.backward()`
    with torch.no_grad():
        w -= 0.1 * w.grad
        b -= 0.1 * b.grad
    w.grad = None
    b.grad = None
