# expect-silent
import torch
from torch import nn


class Engine:
    def __init__(self, model):
        self.model = model
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def backward(self, loss):
        (loss / 2).backward()

    def train_step(self, x):
        loss = self.model(x).pow(2).mean()
        self.optimizer.zero_grad()
        self.backward(loss)
        self.optimizer.step()
        return loss


def one_step(optimizer):
    optimizer.step()


torch.manual_seed(0)
engine = Engine(nn.Linear(3, 1))
for x in torch.randn(3, 4, 3):
    engine.train_step(x)
    with torch.no_grad():
        check = engine.model(x).mean()
one_step(engine.optimizer)
