# runs: features.grad.isnan().any()
# fixed: not features.grad.isnan().any()
import torch

features = torch.randn(4, 3, requires_grad=True)
weight = torch.tensor([1.0, 0.0, 2.0, 0.0]).requires_grad_()
has_any = weight != 0
average = features / weight[:, None]
loss = torch.where(has_any[:, None], average, torch.zeros(3)).pow(2).sum()  # expect[GS704] `torch.where(has_any[:, None], average, torch.zeros(3))`
loss.backward()
