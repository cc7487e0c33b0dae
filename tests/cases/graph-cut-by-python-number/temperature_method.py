# runs: model.temperature.grad is None and model.score.weight.grad is not None
# fixed: model.temperature.grad is not None
import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.score = nn.Linear(width, 1)
        self.temperature = nn.Parameter(torch.tensor(1.5))

    def weights(self, keys):
        return torch.softmax(self.score(keys).squeeze(-1) / float(self.temperature), dim=-1)  # expect[GS204] `float(self.temperature)`

    def forward(self, keys, values):
        return (self.weights(keys).unsqueeze(-1) * values).sum(dim=0)


torch.manual_seed(0)
model = Attention(4)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
keys, values, wanted = torch.randn(6, 4), torch.randn(6, 2), torch.randn(2)
for _ in range(2):
    optimizer.zero_grad()
    loss = (model(keys, values) - wanted).pow(2).sum()
    loss.backward()
    optimizer.step()
