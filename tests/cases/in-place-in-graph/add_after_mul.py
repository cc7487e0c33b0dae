# runs: torch.equal(x.grad, torch.full((2,), 2.0))
# fixed: torch.equal(x.grad, torch.full((2,), 2.0))
import torch

x = torch.tensor([1.0, 3.0], requires_grad=True)
y = x * 2
y += 1  # expect[GS303] `y += 1`
y.sum().backward()
