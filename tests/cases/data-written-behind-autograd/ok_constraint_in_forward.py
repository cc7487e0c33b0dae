# expect-silent
# A constraint that is applied in each forward pass, twice before the backward; and a result that nobody saved.
import torch
from torch import nn


class Positive(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(3, 4))

    def forward(self, x):
        self.weight.data.clamp_(min=0.0)
        return x @ self.weight.t()


torch.manual_seed(0)
layer = Positive()
optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
for _ in range(2):
    one, two = layer(torch.randn(5, 4)), layer(torch.randn(5, 4))
    total = one + two
    total.data.add_(1.0)
    loss = (one - two).pow(2).mean() + total.sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
