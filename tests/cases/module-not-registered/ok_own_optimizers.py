# expect-silent
import torch
from torch import nn


class Experts(nn.Module):
    def __init__(self, count):
        super().__init__()
        self.experts = [nn.Linear(3, 1) for _ in range(count)]
        self.gate = nn.Linear(3, count)

    def all_parameters(self):
        return [*self.gate.parameters(), *(p for expert in self.experts for p in expert.parameters())]

    def forward(self, x):
        weights = self.gate(x).softmax(-1)
        return sum(weights[:, i : i + 1] * expert(x) for i, expert in enumerate(self.experts))


model = Experts(2)
optimizer = torch.optim.SGD(model.all_parameters(), lr=0.1)
for x in torch.randn(3, 5, 3):
    loss = model(x).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
