# expect-silent
import torch

torch.manual_seed(0)
weight = torch.randn(4, requires_grad=True)
shared = (weight * weight).cumsum(0)
for row in range(4):
    shared[row].backward(retain_graph=row < 3)
print(weight.grad)
