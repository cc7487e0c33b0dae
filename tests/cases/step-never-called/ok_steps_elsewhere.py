# expect-silent
import torch
from torch import nn


class Trainer:
    def __init__(self, model):
        self.model = model
        self.optimizers = [torch.optim.SGD(model.parameters(), lr=0.1)]

    def apply(self):
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad()

    def run(self, batches, every=2):
        for index, x in enumerate(batches):
            (self.model(x).pow(2).mean() / every).backward()
            if index % every == every - 1:
                self.apply()


class Collector:
    def __init__(self, model):
        self.model = model
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def collect(self, batches):
        for x in batches:
            self.model(x).pow(2).mean().backward()

    def update(self):
        self.optimizer.step()
        self.optimizer.zero_grad()


torch.manual_seed(0)
data = torch.randn(6, 4, 3)
Trainer(nn.Linear(3, 1)).run(data)
collector = Collector(nn.Linear(3, 1))
for _ in range(2):
    collector.collect(data)
    collector.update()
