# runs: torch.equal(before, model.embed.weight) and model.embed.weight.grad is not None
# fixed: none
# why: the probe does not watch what modules are given yet; which optimizer should get them only the user can say
import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.rnn = nn.GRU(width, 8, batch_first=True)

    def forward(self, x):
        return self.rnn(x)[1][-1]


class Tagger(nn.Module):
    def __init__(self, words, tags):
        super().__init__()
        self.embed = nn.Embedding(words, 6)
        self.encoder = Encoder(6)
        self.head = nn.Linear(8, tags)

    def forward(self, tokens):
        return self.head(self.encoder(self.embed(tokens)))


def build_optimizer(model, rate):
    params = []
    for part in (model.encoder, model.head):
        params += list(part.parameters())
    return torch.optim.AdamW(params, lr=rate)  # static[GS505] `torch.optim.AdamW(params, lr=rate)`


torch.manual_seed(0)
model = Tagger(20, 3)
before = model.embed.weight.detach().clone()
optimizer = build_optimizer(model, 0.01)
for _ in range(3):
    loss = nn.functional.cross_entropy(model(torch.randint(20, (4, 5))), torch.randint(3, (4,)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
