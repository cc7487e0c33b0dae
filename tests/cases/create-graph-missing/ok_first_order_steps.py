# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
weight = torch.randn(3, 1, requires_grad=True)
outer = torch.optim.SGD([weight], lr=0.1)
for task in torch.randn(3, 8, 3):
    fast = weight
    for _ in range(2):
        inner = (task @ fast - 1).pow(2).mean()
        (grad,) = torch.autograd.grad(inner, fast)
        fast = fast - 0.1 * grad
    loss = (task @ fast).abs().mean()
    outer.zero_grad()
    loss.backward()
    outer.step()
