# runs: scales.grad is None
# fixed: scales.grad is not None
import torch

torch.manual_seed(0)
scales = torch.rand(4, requires_grad=True)
scales = scales / scales.sum()  # expect[GS105] `scales / scales.sum()`
features = torch.randn(10, 4)
loss = (features * scales).pow(2).mean()
loss.backward()
print(scales.grad)
