# runs: raises RuntimeError: does not require grad
# fixed: trainer.net.weight.grad is not None
import torch as th
from torch import nn, optim


class Trainer:
    def __init__(self):
        self.net = nn.Linear(2, 1)
        self.optimizer = optim.Adam(self.net.parameters(), lr=0.01)

    def error(self, points, values):
        return (self.net(points) - values).square().mean()

    def fit(self, points, values, rounds):
        for _ in range(rounds):
            self.optimizer.zero_grad()
            with th.inference_mode():  # expect[GS201] `with th.inference_mode()`
                loss = self.error(points, values)
            loss.backward()
            self.optimizer.step()


th.manual_seed(0)
trainer = Trainer()
trainer.fit(th.randn(6, 2), th.randn(6, 1), rounds=2)
