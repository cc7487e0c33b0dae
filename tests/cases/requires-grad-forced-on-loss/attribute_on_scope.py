# runs: weight.grad is None
# fixed: weight.grad is not None
import torch

torch.manual_seed(0)
weight = torch.randn(3, requires_grad=True)
inputs = torch.randn(5, 3)
optimizer = torch.optim.SGD([weight], lr=0.1)

with torch.no_grad():
    spread = (inputs @ weight).var()
spread.requires_grad = True  # expect[GS208] `spread.requires_grad = True`
optimizer.zero_grad()
spread.backward()
optimizer.step()
