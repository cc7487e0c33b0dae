# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(4, 2)


def norm_of_gradients(module):
    norms = [p.grad.norm() for p in module.parameters() if p.grad is not None]
    return torch.stack(norms).norm() if norms else torch.tensor(0.0)


print(norm_of_gradients(model))
for step in range(2):
    for p in model.parameters():
        if p.grad is not None:
            p.grad.zero_()
    model(torch.randn(3, 4)).sum().backward()
    print(norm_of_gradients(model), model.bias.grad.mean())
