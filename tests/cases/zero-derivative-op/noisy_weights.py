# runs: bool((layer.mean.grad == 0).all()) and bool((layer.spread.grad == 0).all())
# fixed: bool(layer.mean.grad.abs().sum() > 0) and bool(layer.spread.grad.abs().sum() > 0)
import torch
from torch import nn
from torch.nn import functional as F


class NoisyLinear(nn.Module):
    def __init__(self, size_in, size_out):
        super().__init__()
        self.mean = nn.Parameter(0.1 * torch.randn(size_out, size_in))
        self.spread = nn.Parameter(torch.full((size_out, size_in), -2.0))
        self.bias = nn.Parameter(torch.zeros(size_out))

    def forward(self, inputs):
        spread = F.softplus(self.spread)
        weight = torch.normal(self.mean, spread)  # expect[GS701] `torch.normal(self.mean, spread)`
        return F.linear(inputs, weight, self.bias)


torch.manual_seed(0)
layer = NoisyLinear(4, 1)
optimizer = torch.optim.Adam(layer.parameters(), lr=0.01)
inputs, targets = torch.randn(20, 4), torch.randn(20, 1)
for _ in range(3):
    loss = F.mse_loss(layer(inputs), targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
