# runs: raises RuntimeError: grad can be implicitly created only for scalar outputs
# fixed: trainer.net.bias.grad is not None
import torch
from torch import nn


class Trainer:
    def __init__(self, net, lr=0.01):
        self.net = net
        self.optimizer = torch.optim.Adam(net.parameters(), lr=lr)

    def error(self, x, y):
        return (self.net(x) - y).abs()

    def step(self, x, y):
        self.optimizer.zero_grad()
        self.error(x, y).backward()  # expect[GS401] `self.error(x, y).backward()`
        self.optimizer.step()


trainer = Trainer(nn.Linear(3, 2))
trainer.step(torch.randn(5, 3), torch.randn(5, 2))
