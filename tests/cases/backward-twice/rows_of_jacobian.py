# runs: raises RuntimeError: Trying to backward through the graph a second time
# fixed: len(rows) == 3
import torch


def field(p):
    return torch.stack([p[0] * p[1], p[1] ** 2, torch.sin(p[0])])


point = torch.tensor([0.5, 1.5], requires_grad=True)
values = field(point)
rows = []
for value in values:
    (row,) = torch.autograd.grad(value, point)  # expect[GS405] `torch.autograd.grad(value, point)`
    rows.append(row)
print(torch.stack(rows))
