# runs: raises RuntimeError: Trying to backward through the graph a second time
# fixed: torch.equal(x.grad, 4 * x)
import torch

x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = (x * x).sum()
y.backward()
print(x.grad)
y.backward()  # expect[GS405] `y.backward()`
print(x.grad)
