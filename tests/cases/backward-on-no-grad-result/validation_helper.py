# runs: raises RuntimeError: does not require grad
# fixed: net[0].weight.grad is not None
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
batches = [(torch.randn(5, 4), torch.randint(0, 2, (5,))) for _ in range(3)]


@torch.no_grad()  # expect[GS201] `@torch.no_grad()`
def batch_loss(model, features, labels):
    return F.cross_entropy(model(features), labels)


for features, labels in batches:
    optimizer.zero_grad()
    loss = batch_loss(net, features, labels)
    loss.backward()
    optimizer.step()
