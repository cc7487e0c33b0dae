# runs: raises RuntimeError: Trying to backward through the graph a second time
# fixed: shared.weight.grad is not None
import torch
from torch import nn

torch.manual_seed(0)
shared = nn.Linear(4, 8)
left, right = nn.Linear(8, 1), nn.Linear(8, 3)
optimizer = torch.optim.SGD([*shared.parameters(), *left.parameters(), *right.parameters()], lr=0.1)
x = torch.randn(6, 4)
for _ in range(2):
    hidden = torch.relu(shared(x))
    value_loss = left(hidden).pow(2).mean()
    class_loss = nn.functional.cross_entropy(right(hidden), torch.tensor([0, 1, 2, 0, 1, 2]))
    optimizer.zero_grad()
    value_loss.backward()
    class_loss.backward()  # expect[GS405] `class_loss.backward()`
    optimizer.step()
