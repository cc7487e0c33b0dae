# runs: raises RuntimeError: grad can be implicitly created only for scalar outputs
# fixed: x.grad is not None
import torch

x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x + 2
z = y * y
z.backward()  # expect[GS401] `z.backward()`
print(x.grad)
