# runs: raises RuntimeError: modified by an inplace operation
# fixed: query.weight.grad is not None and key.weight.grad is not None
import torch
from torch import nn

torch.manual_seed(0)
query, key = nn.Linear(4, 4), nn.Linear(4, 4)


def attention(x):
    weights = torch.softmax(query(x) @ key(x).t(), dim=-1)
    weights[:, 0] = 0.0  # expect[GS302] `weights[:, 0] = 0.0`
    return weights @ x


attention(torch.randn(5, 4)).pow(2).mean().backward()
