# runs: trainer.model.bias.grad.item() == 6.0
# fixed: trainer.model.bias.grad.item() == 1.0
import torch
from torch import nn


class Trainer:
    def __init__(self, model):
        self.model = model
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    def training_step(self, batch):
        loss = self.model(batch).mean()
        loss.backward()  # expect[GS601] `loss.backward()`
        self.optimizer.step()
        return loss.item()

    def fit(self, data, epochs):
        for _ in range(epochs):
            losses = [self.training_step(batch) for batch in data]
            print(sum(losses) / len(losses))


torch.manual_seed(0)
trainer = Trainer(nn.Linear(3, 1))
trainer.fit(torch.randn(3, 4, 3), epochs=2)
