# runs: w.grad is None
# fixed: w.grad is not None and w.is_leaf
import torch

torch.manual_seed(0)
x = torch.randn(16, 4)
y = x.sum(dim=1)
w = torch.randn(4, requires_grad=True) * 0.1  # expect[GS105] `torch.randn(4, requires_grad=True) * 0.1`
loss = (x @ w - y).pow(2).mean()
loss.backward()
print(w.grad)
