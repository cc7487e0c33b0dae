# runs: all(torch.equal(a, b) for a, b in zip(before, net.parameters()))
# fixed: none
# why: the probe does not follow copies yet; whether the copy is to be returned or not to be made only the user can say
from copy import deepcopy

import torch
from torch import nn


class Trainer:
    def __init__(self, model):
        self.model = model
        self.replica = deepcopy(model)  # static[GS511] `deepcopy(model)`
        self.optimizer = torch.optim.Adam(self.replica.parameters(), lr=0.01)

    def run(self, batches):
        for x, y in batches:
            loss = nn.functional.cross_entropy(self.replica(x), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
        return self.model


torch.manual_seed(0)
net = nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 3))
before = [p.detach().clone() for p in net.parameters()]
trained = Trainer(net).run([(torch.randn(6, 5), torch.randint(0, 3, (6,))) for _ in range(3)])
predictions = trained(torch.randn(10, 5)).argmax(dim=1)
