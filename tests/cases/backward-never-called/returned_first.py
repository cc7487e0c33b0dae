# runs: weight.grad is None
# fixed: weight.grad is not None
import torch


def step(weight, x, y):
    loss = (x @ weight - y).square().mean()
    return loss.item()  # expect[GS404] `return loss.item()`
    loss.backward()


torch.manual_seed(3)
weight = torch.zeros(3, requires_grad=True)
values = [step(weight, torch.randn(5, 3), torch.randn(5)) for _ in range(2)]
