# expect-silent
import torch
from torch import nn


class StandardisedLinear(nn.Linear):
    def forward(self, x):
        weight = self.weight
        weight = weight - weight.mean(dim=1, keepdim=True)
        weight = weight / weight.std(dim=1, keepdim=True)
        return nn.functional.linear(x, weight, self.bias)


torch.manual_seed(0)
layer = StandardisedLinear(4, 2)
optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
for batch in torch.randn(3, 5, 4):
    loss = layer(batch).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
