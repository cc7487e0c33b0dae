# runs: raises RuntimeError: a view of a leaf Variable that requires grad is being used in an in-place operation
# fixed: image.grad is not None
import torch

torch.manual_seed(0)
image = torch.rand(2, 4, requires_grad=True)
kernel = torch.randn(4)
border = image[:, 0]
border.mul_(0.0)  # expect[GS301] `border.mul_(0.0)`
response = (image @ kernel).sum() + border.sum()
response.backward()
