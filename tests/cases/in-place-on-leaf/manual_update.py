# runs: raises RuntimeError: a leaf Variable that requires grad is being used in an in-place operation
# fixed: weight.is_leaf and weight.grad is not None and losses[-1] < losses[0]
import torch

torch.manual_seed(0)
weight = torch.randn(3, 1, requires_grad=True)
inputs, targets = torch.randn(20, 3), torch.randn(20, 1)
losses = []
for _ in range(4):
    loss = (inputs @ weight - targets).pow(2).mean()
    loss.backward()
    weight -= 0.1 * weight.grad  # expect[GS301] `weight -= 0.1 * weight.grad`
    weight.grad.zero_()
    losses.append(loss.item())
