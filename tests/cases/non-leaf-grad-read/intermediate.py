# runs: hidden.grad is None
# fixed: hidden.grad is not None
import torch

x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
hidden = x[:, 0]
total = (hidden * 3).sum()
total.backward()
print(x.grad)
print(hidden.grad)  # expect[GS402 information] `hidden.grad`
