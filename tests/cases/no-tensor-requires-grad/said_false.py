# runs: raises RuntimeError: element 0 of tensors does not require grad
# fixed: weights.grad is not None
import torch


def fit_error(weights, rows, target):
    return ((rows @ weights - target) ** 2).mean()


rows = torch.randn(8, 3)
target = torch.randn(8)
weights = torch.zeros(
    3,
    requires_grad=False,  # expect[GS101] `requires_grad=False`
)
loss = fit_error(weights, rows, target)
loss.backward()
print(weights.grad)
