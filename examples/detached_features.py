"""Trains an encoder and a head together; the encoder never moves."""

import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(8, 16), nn.Tanh())
        self.head = nn.Linear(16, 3)

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        features = self.encoder(batch).detach()
        return self.head(features)


torch.manual_seed(0)
inputs, labels = torch.randn(32, 8), torch.randint(0, 3, (32,))
model = Classifier()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

for epoch in range(10):
    optimizer.zero_grad()
    loss = criterion(model(inputs), labels)
    loss.backward()
    optimizer.step()
    print(f"epoch {epoch}: {loss.item():.3f}")
