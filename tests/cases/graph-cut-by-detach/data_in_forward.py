# runs: model.embed.weight.grad is None and model.out.weight.grad is not None
# fixed: model.embed.weight.grad is not None
import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(5, 8)
        self.out = nn.Linear(8, 3)

    def features(self, tokens):
        return self.embed(tokens).data  # expect[GS203] `.data`

    def forward(self, tokens):
        return self.out(torch.relu(self.features(tokens)))


torch.manual_seed(0)
model = Tagger()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
tokens, tags = torch.randn(7, 5), torch.randint(0, 3, (7,))
for epoch in range(2):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(tokens), tags)
    loss.backward()
    optimizer.step()
