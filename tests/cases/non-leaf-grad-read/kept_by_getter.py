# runs: all(grad is None for grad in maps.values())
# fixed: all(grad is not None and grad.abs().sum() > 0 for grad in maps.values())
import torch
from torch import nn


class Scorer(nn.Module):
    def __init__(self):
        super().__init__()
        self.lookup = nn.Embedding(12, 6)
        self.head = nn.Linear(6, 3)

    def score(self, vectors, label):
        return self.head(vectors.mean(dim=1))[:, label].sum()


def explain(scorer, words, label):
    vectors = scorer.lookup(words)
    scorer.zero_grad()
    scorer.score(vectors, label).backward()
    return vectors.grad  # expect[GS402 warning] `vectors.grad`


torch.manual_seed(0)
scorer = Scorer()
words = torch.tensor([[1, 5, 3]])
maps = {label: explain(scorer, words, label) for label in range(3)}
