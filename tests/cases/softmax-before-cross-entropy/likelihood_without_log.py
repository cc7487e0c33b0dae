# runs: loss.item() < 0
# fixed: loss.item() >= 0
import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(0)


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10, 8)
        self.rnn = nn.GRU(8, 8, batch_first=True)
        self.tags = nn.Linear(8, 4)

    def forward(self, words):
        hidden, _ = self.rnn(self.embed(words))
        return F.softmax(self.tags(hidden), dim=-1)  # expect[GS702] `F.softmax(self.tags(hidden), dim=-1)`


tagger = Tagger()
words, tags = torch.randint(0, 10, (3, 5)), torch.randint(0, 4, (3, 5))
probabilities = tagger(words)
loss = F.nll_loss(probabilities.flatten(0, 1), tags.flatten())
loss.backward()
