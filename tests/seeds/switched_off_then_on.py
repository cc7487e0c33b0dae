# runs: raises RuntimeError: element 0 of tensors does not require grad
# fixed: a.grad is not None
# why: a run ends at the first error; reading goes on as if its fix had been accepted
import torch

a = torch.tensor([2.0, 4.0, 6.0], requires_grad=False)  # expect[GS101] `requires_grad=False`
b = a + 5
c = b * b
c.backward()  # static[GS401] `c.backward()`

print(a.grad)

a = torch.tensor([2.0, 4.0, 6.0], requires_grad=True)
b = a + 5
c = b * b
c.backward()  # static[GS401] `c.backward()`

print(a.grad)
