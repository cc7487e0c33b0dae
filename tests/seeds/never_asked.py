# runs: raises RuntimeError: element 0 of tensors does not require grad
# fixed: a.grad is not None
# why: a run ends at the first error; reading goes on as if its fix had been accepted
import torch

a = torch.tensor([4.0, 5.0, 6.0])  # expect[GS101] `torch.tensor([4.0, 5.0, 6.0])`
b = a * 3
c = b.sum()
c.backward()

print(a.grad)
print(b.grad)  # static[GS402 information] `b.grad`
