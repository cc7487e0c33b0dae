# runs: raises RuntimeError: element 0 of tensors does not require grad
# fixed: torch.equal(position.grad, 2 * position)
import torch

position = torch.tensor([0.5, -1.0, 2.0])  # expect[GS101] `torch.tensor([0.5, -1.0, 2.0])`
energy = (position**2).sum()
energy.backward()
print(position.grad)
