# runs: all(p.grad is None for p in model.parameters())
# fixed: all(p.grad is not None for p in model.parameters())
import torch
from torch import nn
from torch.autograd import Variable

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)


def objective(batch, labels):
    loss = nn.functional.cross_entropy(model(batch), labels)
    loss = Variable(loss, requires_grad=True)  # expect[GS208] `Variable(loss, requires_grad=True)`
    return loss


for _ in range(2):
    loss = objective(torch.randn(5, 4), torch.randint(0, 2, (5,)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
