# expect-silent
import torch
from torch import nn


class Adapts(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width
        self.features = nn.Linear(width, width)

    def forward(self, support, labels, query):
        head = nn.Linear(self.width, 1)
        optimizer = torch.optim.SGD(head.parameters(), lr=0.1)
        with torch.no_grad():
            fixed = self.features(support)
        for _ in range(3):
            optimizer.zero_grad()
            (head(fixed) - labels).pow(2).mean().backward()
            optimizer.step()
        return head(self.features(query))

    def random_features(self, x):
        with torch.no_grad():
            return nn.Linear(self.width, 64)(x).cos()


model = Adapts(3)
model(torch.randn(5, 3), torch.randn(5, 1), torch.randn(2, 3)).sum().backward()
model.random_features(torch.randn(2, 3))
