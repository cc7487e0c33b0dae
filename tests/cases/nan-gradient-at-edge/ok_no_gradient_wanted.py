# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
net = nn.Linear(4, 3)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)


def spread(points):
    return ((points[:, None] - points[None]) ** 2).sum(-1).sqrt().mean()


def error_in_degrees(a, b):
    cosine = (a * b).sum(-1).clamp(-1, 1)
    return torch.rad2deg(torch.acos(cosine)).mean()


for _ in range(2):
    features = net(torch.randn(6, 4))
    loss = features.pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        print(spread(features), error_in_degrees(features, features))
    print(spread(features.detach()))
