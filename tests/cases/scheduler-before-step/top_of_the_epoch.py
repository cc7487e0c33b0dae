# runs: rates[0] == 0.05
# fixed: rates[0] == 0.1
import torch
from torch import nn


class Trainer:
    def __init__(self, model):
        self.model = model
        self.optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
        self.schedule = torch.optim.lr_scheduler.MultiStepLR(self.optimizer, [1, 3], gamma=0.5)

    def epoch(self, batches):
        for x in batches:
            self.optimizer.zero_grad()
            self.model(x).pow(2).mean().backward()
            rates.append(self.optimizer.param_groups[0]["lr"])
            self.optimizer.step()

    def fit(self, batches, epochs):
        for _ in range(epochs):
            self.schedule.step()  # expect[GS609] `self.schedule.step()`
            self.epoch(batches)


torch.manual_seed(0)
rates = []
Trainer(nn.Linear(3, 1)).fit(torch.randn(3, 4, 3), epochs=5)
