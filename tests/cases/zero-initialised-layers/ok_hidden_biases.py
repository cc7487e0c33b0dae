# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
# Weights of zeros, but the biases of the hidden layer are not: what it gives to the next layer is not zero.
net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
nn.init.zeros_(net[0].weight)
nn.init.zeros_(net[2].weight)
shift, scale = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.ones(1))
loss = (net(torch.randn(6, 4)) * scale + shift - 1.0).pow(2).mean()
loss.backward()
assert not net[2].weight.grad.eq(0).all()
