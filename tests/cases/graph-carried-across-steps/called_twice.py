# runs: raises RuntimeError: Trying to backward through the graph a second time
# fixed: len(scores) == 2
import torch
from torch import nn


class Session:
    def __init__(self, size):
        self.cell = nn.RNNCell(size, size)
        self.optimizer = torch.optim.SGD(self.cell.parameters(), lr=0.1)
        self.mood = torch.zeros(1, size)

    def answer(self, question, wanted):
        self.mood = self.cell(question, self.mood)  # expect[GS406] `self.mood`
        loss = (self.mood - wanted).pow(2).sum()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()


torch.manual_seed(4)
session = Session(3)
scores = [session.answer(torch.randn(1, 3), torch.ones(1, 3))]
scores.append(session.answer(torch.randn(1, 3), torch.zeros(1, 3)))
