# why: the probe sees what is done to tensors, not what a list of the program holds
# runs: all(getattr(loss, "requires_grad", False) for loss in trainer.history)
# fixed: not any(isinstance(loss, torch.Tensor) for loss in trainer.history)
import torch
from torch import nn


class Trainer:
    def __init__(self, model):
        self.model = model
        self.optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        self.history = []

    def step(self, x, y):
        self.optimizer.zero_grad()
        loss = nn.functional.mse_loss(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        return loss

    def fit(self, batches):
        for x, y in batches:
            loss = self.step(x, y)
            self.history.append(loss)  # static[GS605] `self.history.append(loss)`


torch.manual_seed(0)
trainer = Trainer(nn.Linear(3, 1))
trainer.fit([(torch.randn(4, 3), torch.randn(4, 1)) for _ in range(10)])
print(sum(trainer.history) / len(trainer.history))
