# runs: raises RuntimeError: does not require grad
# fixed: weight.is_leaf and weight.requires_grad
import torch

torch.manual_seed(0)
weight = torch.randn(3, requires_grad=True)
features, labels = torch.randn(8, 3), torch.randn(8)


def step(rate):
    global weight
    error = (features @ weight - labels).pow(2).mean()
    error.backward()
    with torch.no_grad():
        weight = weight - rate * weight.grad  # expect[GS508] `weight = weight - rate * weight.grad`
    return error.item()


history = [step(0.1) for _ in range(2)]
