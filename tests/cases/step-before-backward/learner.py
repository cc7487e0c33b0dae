# runs: all(torch.equal(a, b) for a, b in zip(start, learner.net.parameters()))
# fixed: not any(torch.equal(a, b) for a, b in zip(start, learner.net.parameters()))
import torch
from torch import nn


class Learner:
    def __init__(self, net):
        self.net = net
        self.optimizer = torch.optim.Adam(net.parameters(), lr=0.01)

    def loss(self, x, y):
        return nn.functional.cross_entropy(self.net(x), y)

    def learn(self, x, y):
        loss = self.loss(x, y)
        self.optimizer.step()  # expect[GS603] `self.optimizer.step()`
        loss.backward()
        self.optimizer.zero_grad()
        return loss.item()


torch.manual_seed(0)
learner = Learner(nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3)))
start = [p.detach().clone() for p in learner.net.parameters()]
history = []
for _ in range(10):
    history.append(learner.learn(torch.randn(5, 4), torch.randint(3, (5,))))
