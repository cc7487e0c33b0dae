# runs: not likeness(model(inputs), inputs).requires_grad
# fixed: likeness(model(inputs), inputs).requires_grad
import torch
from torch import nn
from torch.nn import functional as F


class Features(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(6, 8), nn.Linear(8, 4)])

    def forward(self, x):
        kept = []
        for layer in self.layers:
            x = torch.tanh(layer(x))
            kept.append(x.detach())  # expect[GS203] `.detach()`
        return kept


torch.manual_seed(0)
features = Features().requires_grad_(False)
model = nn.Linear(6, 6)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
inputs = torch.randn(10, 6)


def likeness(output, reference):
    pairs = zip(features(output), features(reference))
    return sum(F.mse_loss(ours, theirs) for ours, theirs in pairs)


for _ in range(2):
    output = model(inputs)
    loss = F.l1_loss(output, inputs) + 0.2 * likeness(output, inputs)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
