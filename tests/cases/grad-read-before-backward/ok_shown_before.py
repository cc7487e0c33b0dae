# expect-silent
import torch

w = torch.ones(2, requires_grad=True)
print("before:", w.grad)
old = w.grad
loss = (w * w).sum()
loss.backward()
print("after:", w.grad * 2, old)
