# runs: raises AttributeError: 'NoneType' object has no attribute 'abs'
# fixed: bool((importance >= 0).all())
import torch
from torch import nn

torch.manual_seed(0)
embedding = nn.Embedding(20, 6)
classifier = nn.Linear(6, 2)


def attribution(tokens, label):
    embedded = embedding(tokens)
    logits = classifier(embedded.mean(dim=0))
    logits[label].backward()
    return embedded.grad.abs().sum(dim=-1)  # expect[GS402 warning] `embedded.grad`


importance = attribution(torch.tensor([3, 7, 7, 1]), label=1)
