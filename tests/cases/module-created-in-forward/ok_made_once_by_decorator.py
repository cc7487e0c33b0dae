# expect-silent
from functools import wraps

import torch
from torch import nn


def once(attribute):
    def around(make):
        @wraps(make)
        def wrapper(self, *args):
            made = getattr(self, attribute)
            if made is not None:
                return made
            made = make(self, *args)
            setattr(self, attribute, made)
            return made

        return wrapper

    return around


class Projected(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(6, 5)
        self.projector = None

    @once("projector")
    def make_projector(self, hidden):
        projector = nn.Sequential(nn.Linear(hidden.shape[-1], 4), nn.ReLU(), nn.Linear(4, 4))
        return projector.to(hidden)

    def forward(self, x):
        hidden = self.body(x)
        return self.make_projector(hidden)(hidden)


torch.manual_seed(0)
model = Projected()
model(torch.randn(2, 6))
optimizer = torch.optim.Adam(model.parameters())
for _ in range(3):
    optimizer.zero_grad()
    model(torch.randn(2, 6)).pow(2).mean().backward()
    optimizer.step()
