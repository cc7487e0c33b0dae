# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
attend = nn.Linear(4, 12)
optimizer = torch.optim.SGD(attend.parameters(), lr=0.1)
for batch in torch.randn(3, 5, 4):
    query, key, value = attend(batch).chunk(3, dim=-1)
    query = query * 0.5
    weights = (query @ key.t()).softmax(dim=-1)
    rows = [row / row.norm() for row in weights @ value]
    loss = torch.stack(rows).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
