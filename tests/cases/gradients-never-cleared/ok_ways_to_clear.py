# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
data = torch.randn(4, 5, 3)


def fit(clear, at_end):
    model = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for batch in data:
        if not at_end:
            clear(model, optimizer)
        model(batch).pow(2).mean().backward()
        optimizer.step()
        if at_end:
            clear(model, optimizer)


def by_parameter(model, optimizer):
    for p in model.parameters():
        if p.grad is not None:
            p.grad.zero_()


def by_none(model, optimizer):
    for p in model.parameters():
        p.grad = None


for end in (True, False):
    fit(lambda model, optimizer: optimizer.zero_grad(set_to_none=True), end)
    fit(lambda model, optimizer: model.zero_grad(), end)
    fit(by_parameter, end)
    fit(by_none, end)
