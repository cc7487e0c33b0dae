# runs: raises RuntimeError: does not require grad
# fixed: weight.grad is not None
import torch

torch.manual_seed(0)
weight = torch.randn(4, requires_grad=True)
inputs = torch.randn(6, 4)

scores = (inputs @ weight).sigmoid()
best, worst = scores.max(), scores.min()
margin = torch.tensor([best.item(), worst.item()])  # expect[GS206] `torch.tensor([best.item(), worst.item()])`
loss = (1.0 - margin).sum()
loss.backward()
