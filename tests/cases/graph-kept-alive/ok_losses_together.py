# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
heads = nn.ModuleList(nn.Linear(4, 1) for _ in range(6))
optimizer = torch.optim.SGD(heads.parameters(), lr=0.1)
for x in torch.randn(5, 8, 4):
    losses, by_name, total = [], {}, 0
    for index, head in enumerate(heads):
        loss = head(x).pow(2).mean()
        losses.append(loss)
        by_name[index] = loss
        total += loss
    penalty = 0.0
    for parameter in heads.parameters():
        penalty = penalty + parameter.abs().sum()
    optimizer.zero_grad()
    (torch.stack(losses).mean() + sum(by_name.values()) + total + 0.01 * penalty).backward()
    optimizer.step()
