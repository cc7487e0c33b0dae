# runs: raises TypeError: NoneType
# fixed: w.is_leaf and w.requires_grad
import torch

torch.manual_seed(0)
w = torch.randn(2, 1, requires_grad=True)
lr = 0.1
inputs, targets = torch.randn(10, 2), torch.randn(10, 1)
for epoch in range(3):
    loss = (inputs @ w - targets).pow(2).mean()
    loss.backward()
    w = w - lr * w.grad  # expect[GS508] `w = w - lr * w.grad`
