# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
weight = torch.randn(3, requires_grad=True)
layer = nn.Linear(3, 1)
with torch.no_grad():
    layer.weight.uniform_(-0.1, 0.1)
    layer.bias.zero_()
nn.init.normal_(layer.weight, std=0.02)
layer.bias.data.fill_(0.1)
inputs, targets = torch.randn(8, 3), torch.randn(8, 1)
for _ in range(3):
    loss = (layer(inputs * weight) - targets).pow(2).mean()
    loss.backward()
    with torch.no_grad():
        for p in [weight, *layer.parameters()]:
            p -= 0.05 * p.grad
            p.grad = None
