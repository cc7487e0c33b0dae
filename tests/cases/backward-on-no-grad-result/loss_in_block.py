# runs: raises RuntimeError: does not require grad
# fixed: weight.grad is not None and weight.grad.abs().sum() > 0
import torch

torch.manual_seed(0)
weight = torch.randn(3, 1, requires_grad=True)
inputs, targets = torch.randn(8, 3), torch.randn(8, 1)

hidden = inputs @ weight
with torch.no_grad():  # expect[GS201] `with torch.no_grad()`
    # the error of this batch
    loss = (hidden - targets).pow(2).mean()
loss.backward()
