# expect-silent
import contextlib

import torch

constant = torch.tensor([1.0, 2.0])
with contextlib.suppress(RuntimeError):
    (constant * 3).sum().backward()

started = torch.tensor([1.0, 2.0])
started.requires_grad_()
(started * 3).sum().backward()
print(started.grad)
