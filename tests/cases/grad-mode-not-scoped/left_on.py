# runs: not enabled
# fixed: none
# why: nobody calls the methods one after the other here, so only a reader can tell; where it has to be switched back is for the author to say
import torch
from torch import nn


class Trainer:
    def __init__(self, model):
        self.model = model
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def validate(self, inputs, targets):
        torch.set_grad_enabled(False)  # static[GS210] `torch.set_grad_enabled(False)`
        self.model.eval()
        return (self.model(inputs) - targets).abs().mean().item()

    def train_step(self, inputs, targets):
        self.model.train()
        loss = (self.model(inputs) - targets).pow(2).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()


COMMANDS = """
Trainer(nn.Linear(2, 1)).validate(torch.randn(3, 2), torch.randn(3, 1))
enabled = torch.is_grad_enabled()
"""
exec(COMMANDS)
