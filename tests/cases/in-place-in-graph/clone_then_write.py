# runs: x.grad is not None
# fixed: x.grad is not None
import torch

x = torch.tensor([0.5, -1.0, 2.0], requires_grad=True)
shifted = x.clone()
shifted.sub_(1.0)  # expect[GS303] `shifted.sub_(1.0)`
(shifted * shifted).sum().backward()
