# expect-silent
import torch
from torch import nn


class Trainer:
    def __init__(self, model):
        self.model = model
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def validate(self, inputs, targets):
        torch.set_grad_enabled(False)
        error = (self.model(inputs) - targets).abs().mean().item()
        torch.set_grad_enabled(True)
        return error

    def train_step(self, inputs, targets):
        loss = (self.model(inputs) - targets).pow(2).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()


torch.manual_seed(0)
trainer = Trainer(nn.Linear(2, 1))
inputs, targets = torch.randn(6, 2), torch.randn(6, 1)
for _ in range(2):
    trainer.validate(inputs, targets)
    trainer.train_step(inputs, targets)
