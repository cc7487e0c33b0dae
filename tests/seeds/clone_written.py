# runs: raises RuntimeError: grad can be implicitly created only for scalar outputs
# fixed: a.grad is not None
# why: a run ends at the first error; reading goes on as if its fix had been accepted
import torch

a = torch.tensor([2.0, 4.0, 6.0], requires_grad=True)
b = a.clone()
b.add_(3)  # expect[GS303] `b.add_(3)`

c = b * b
c.backward()  # expect[GS401] `c.backward()`
print(a.grad)

a = torch.tensor([2.0, 4.0, 6.0], requires_grad=True)
b = a + 3
c = b * b
c.backward()  # static[GS401] `c.backward()`

print(a.grad)
