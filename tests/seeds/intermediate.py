# runs: b.grad is None
# fixed: b.grad is not None
import torch

a = torch.tensor([4.0, 5.0, 6.0], requires_grad=True)
b = a * 3
c = b.sum()
c.backward()

print(a.grad)
print(b.grad)  # expect[GS402 information] `b.grad`
