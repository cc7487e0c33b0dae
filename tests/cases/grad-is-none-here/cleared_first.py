# runs: raises AttributeError: 'NoneType' object has no attribute 'zero_'
# fixed: not torch.equal(weight, torch.zeros(3))
import torch

torch.manual_seed(0)
weight = torch.zeros(3, requires_grad=True)
bias = torch.zeros(1, requires_grad=True)
for inputs in torch.randn(4, 8, 3):
    weight.grad.zero_()  # expect[GS411] `weight.grad`
    loss = (inputs @ weight + bias - 1).square().mean()
    loss.backward()
    with torch.no_grad():
        weight -= 0.1 * weight.grad
        bias -= 0.1 * bias.grad
        bias.grad = None
