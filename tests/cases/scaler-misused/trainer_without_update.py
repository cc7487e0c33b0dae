# runs: raises RuntimeError: step() has already been called since the last update()
# fixed: raises nothing
# why: the probe stops at the exception and does not know that an update was to come before it
import torch
from torch import nn


class Trainer:
    def __init__(self, model):
        self.model = model
        self.optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        self.scaler = torch.amp.GradScaler("cpu")

    def step(self, x, y):
        self.optimizer.zero_grad()
        loss = nn.functional.mse_loss(self.model(x), y)
        self.scaler.scale(loss).backward()
        self.scaler.step(self.optimizer)  # expect[GS608 error] `self.scaler.step(self.optimizer)`
        return loss.item()


torch.manual_seed(0)
trainer = Trainer(nn.Linear(3, 1))
for x in torch.randn(4, 5, 3):
    trainer.step(x, x.sum(dim=1, keepdim=True))
