# runs: torch.equal(before, trainer.model.decoder[0].weight)
# fixed: none
# why: the probe does not watch what modules are given yet
import torch
from torch import nn


class AutoEncoder(nn.Module):
    def __init__(self, width, code):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(width, code), nn.Tanh())
        self.decoder = nn.Sequential(nn.Linear(code, width))

    def forward(self, x):
        return self.decoder(self.encoder(x))


class Trainer:
    def __init__(self, width):
        self.model = AutoEncoder(width, 2)
        self.optimizer = self.make_optimizer(0.1)

    def make_optimizer(self, rate):
        return torch.optim.SGD(self.model.encoder.parameters(), lr=rate)  # static[GS505] `torch.optim.SGD(self.model.encoder.parameters(), lr=rate)`

    def step(self, x):
        loss = nn.functional.mse_loss(self.model(x), x)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()


torch.manual_seed(0)
trainer = Trainer(6)
before = trainer.model.decoder[0].weight.detach().clone()
losses = [trainer.step(torch.randn(10, 6)) for _ in range(3)]
