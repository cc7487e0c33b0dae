# expect-silent
import torch
from torch import nn

x = torch.ones(3)
x.requires_grad = True
y = torch.zeros(3).requires_grad_(True)
layer = nn.Linear(3, 1)
layer.weight.requires_grad = False
assert x.requires_grad == True
still = y.requires_grad == True
layer(x * y).sum().backward()
print(x.grad, y.grad, still)
