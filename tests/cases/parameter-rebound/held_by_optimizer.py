# runs: not weight.is_leaf and len(set(losses)) == 1
# fixed: weight.is_leaf and len(set(losses)) == 3
import torch

torch.manual_seed(0)
weight = torch.randn(4, requires_grad=True)
optimizer = torch.optim.SGD([weight], lr=0.1)
weight = weight - 1.0  # expect[GS508] `weight = weight - 1.0`
inputs, targets = torch.randn(6, 4), torch.randn(6)
losses = []
for _ in range(3):
    loss = (inputs @ weight - targets).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
