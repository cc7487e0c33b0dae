# expect-silent
import torch
from torch import nn


class Stack(nn.Module):
    def __init__(self, depth=30):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(6, 6) for _ in range(depth))

    def forward(self, x):
        skips, features = 0, []
        for layer in self.layers:
            x = torch.relu(layer(x))
            skips = skips + x
            features.append(x)
        return skips, features


def size_of(model):
    total = 0.0
    for parameter in model.parameters():
        total += parameter.pow(2).sum()
    return total


torch.manual_seed(0)
model = Stack()
out, features = model(torch.randn(2, 6))
print(out.shape, len(features), size_of(model))
