# runs: torch.equal(learner.net.weight, start)
# fixed: not torch.equal(learner.net.weight, start)
import torch
from torch import nn


class Learner:
    def __init__(self, width):
        self.net = nn.Linear(width, 1)
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.05)

    def apply(self):
        self.optimizer.zero_grad()  # expect[GS602] `self.optimizer.zero_grad()`
        self.optimizer.step()

    def learn(self, batch):
        loss = self.net(batch).abs().mean()
        loss.backward()
        self.apply()


torch.manual_seed(0)
learner = Learner(3)
start = learner.net.weight.detach().clone()
for batch in torch.randn(3, 4, 3):
    learner.learn(batch)
