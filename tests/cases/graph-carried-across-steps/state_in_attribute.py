# runs: raises RuntimeError: modified by an inplace operation
# fixed: len(seen) == 5
import torch
from torch import nn


class Tracker(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.cell = nn.GRUCell(2, size)
        self.head = nn.Linear(size, 2)
        self.memory = None

    def forward(self, point):
        if self.memory is None:
            self.memory = point.new_zeros(point.size(0), self.cell.hidden_size)
        memory = self.cell(point, self.memory)
        self.memory = memory  # expect[GS406] `self.memory`
        return self.head(memory)


def follow(tracker, track, optimizer):
    seen = []
    for here, there in zip(track[:-1], track[1:]):
        loss = (tracker(here) - there).abs().mean()
        optimizer.zero_grad()
        loss.backward(retain_graph=True)
        optimizer.step()
        seen.append(loss.item())
    return seen


torch.manual_seed(1)
tracker = Tracker(8)
track = torch.randn(6, 4, 2).cumsum(0)
seen = follow(tracker, track, torch.optim.SGD(tracker.parameters(), lr=0.01))
