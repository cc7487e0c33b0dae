# runs: model.code.grad is None and model.bias.grad is not None
# fixed: model.code.grad is not None
import torch
from torch import nn


class HyperLinear(nn.Module):
    def __init__(self):
        super().__init__()
        self.code = nn.Parameter(torch.randn(2, 3))
        self.bias = nn.Parameter(torch.zeros(2))

    def forward(self, x):
        weight = nn.Parameter(torch.tanh(self.code))  # expect[GS206] `nn.Parameter(torch.tanh(self.code))`
        return x @ weight.t() + self.bias


torch.manual_seed(0)
model = HyperLinear()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
inputs, targets = torch.randn(5, 3), torch.randn(5, 2)
for _ in range(2):
    optimizer.zero_grad()
    loss = (model(inputs) - targets).pow(2).mean()
    loss.backward()
    optimizer.step()
