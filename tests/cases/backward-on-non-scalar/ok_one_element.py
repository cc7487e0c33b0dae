# expect-silent
import torch
from torch import nn

x = torch.randn(1, 3)
layer = nn.Linear(3, 1)
layer(x).backward()
w = torch.tensor([[2.0]], requires_grad=True)
(w * 3).backward()
losses = torch.stack([p.square().sum() for p in layer.parameters()])
losses[0].backward(retain_graph=True)
losses.max().backward()
print(layer.weight.grad, w.grad)
