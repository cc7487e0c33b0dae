# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
rows = [[0.5, 1.0], [1.5, 2.0], [2.5, 3.5]]
inputs = torch.tensor(rows)
targets = torch.as_tensor([1.0, 2.0, 3.0])
weights = nn.Parameter(torch.tensor([0.1, 0.2]))
optimizer = torch.optim.SGD([weights], lr=0.01)
errors = []
for _ in range(3):
    loss = torch.stack([(row @ weights - target).pow(2) for row, target in zip(inputs, targets)]).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    errors.append(loss.item())
print(torch.tensor(errors).mean())
