# runs: weight.grad is None
# fixed: weight.grad is not None
import torch

torch.manual_seed(0)
weight = torch.randn(3, requires_grad=True)
inputs, targets = torch.randn(5, 3), torch.randn(5)
optimizer = torch.optim.SGD([weight], lr=0.1)
for _ in range(2):
    error = (inputs @ weight - targets).abs().mean()
    loss = torch.tensor(error.item(), requires_grad=True)  # expect[GS208] `torch.tensor(error.item(), requires_grad=True)`
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
