# expect-silent
import torch
from torch import nn


def set_trainable(module, flag):
    for parameter in module.parameters():
        parameter.requires_grad = flag


torch.manual_seed(0)
body = nn.Linear(4, 4)
head = nn.Linear(4, 1)
set_trainable(body, False)
x = torch.randn(5, 4)
head(body(x)).mean().backward()
set_trainable(head, False)
set_trainable(body, True)
head(body(x)).mean().backward()
print(body.weight.grad.norm(), head.weight.grad.norm())
