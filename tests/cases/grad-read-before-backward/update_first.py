# runs: raises TypeError
# fixed: w.grad is not None
import torch

w = torch.ones(3, requires_grad=True)
x = torch.tensor([1.0, 2.0, 3.0])
loss = ((w * x).sum() - 1) ** 2
step = 0.1 * w.grad  # expect[GS403] `w.grad`
loss.backward()
with torch.no_grad():
    w -= step
