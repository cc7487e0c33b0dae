# expect-silent
import torch

data = torch.ones(3)
weight = torch.ones(3, requires_grad=True)
(data * weight).sum().backward()
for tensor in (data, weight):
    if tensor.grad is not None:
        print(tensor.grad)
assert data.grad is None
print(data.grad is None)
