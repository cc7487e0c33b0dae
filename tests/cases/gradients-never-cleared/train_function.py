# runs: model.bias.grad.item() == 4.0
# fixed: model.bias.grad.item() == 1.0
import torch
from torch import nn


def train(net, batches, rate):
    solver = torch.optim.SGD(net.parameters(), lr=rate)
    for batch in batches:
        loss = net(batch).mean()
        loss.backward()  # expect[GS601] `loss.backward()`
        solver.step()
        print(loss.item())
    return net


torch.manual_seed(0)
model = train(nn.Linear(2, 1), torch.randn(4, 5, 2), 0.1)
