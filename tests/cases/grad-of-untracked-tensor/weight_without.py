# runs: w.grad is None
# fixed: w.grad is not None
import torch

torch.manual_seed(0)
x = torch.randn(3, requires_grad=True)
w = torch.randn(3, requires_grad=False)
b = torch.randn(1, requires_grad=True)
score = torch.dot(x, w) + b
score.backward()
print(x.grad, b.grad)
print(w.grad)  # expect[GS412] `w.grad`
