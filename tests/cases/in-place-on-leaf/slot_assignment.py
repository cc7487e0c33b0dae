# runs: raises RuntimeError: leaf Variable that requires grad
# fixed: table.grad is not None
import torch

torch.manual_seed(0)
table = torch.randn(5, 3, requires_grad=True)
table[0] = 0.0  # expect[GS301] `table[0] = 0.0`
looked_up = table[torch.tensor([0, 2, 2])]
looked_up.pow(2).sum().backward()
