# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=3)
x = torch.randn(10, 3)


def closure():
    optimizer.zero_grad()
    loss = (model(x) - 1).pow(2).mean()
    loss.backward()
    return loss


for _ in range(5):
    optimizer.step(closure)
