"""Modules in a plain list, dictionary or tuple are not registered: no optimizer ever gets their parameters.

## What happens
`nn.Module` registers a sub-module when it is assigned to an attribute. What lies inside a plain list, dictionary or
tuple stays unseen: `parameters()` leaves it out, so that the optimizer never changes it, and so do `to(device)`,
`train()`, `eval()` and `state_dict()`. The forward pass works, and nothing is said.

## Example
```python
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, depth):
        super().__init__()
        self.layers = [nn.Linear(8, 8) for _ in range(depth)]
        self.head = nn.Linear(8, 1)

    def forward(self, x):
        for layer in self.layers:
            x = torch.relu(layer(x))
        return self.head(x)
```

## Instead
```python
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(8, 8) for _ in range(depth)])
        self.head = nn.Linear(8, 1)

    def forward(self, x):
        for layer in self.layers:
            x = torch.relu(layer(x))
        return self.head(x)
```

## When it is fine
A list of modules that are registered elsewhere too, be it by `nn.Sequential(*layers)`, `add_module` or an attribute;
and a module that is hidden on purpose, such as a teacher in `self.teacher = [teacher]`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradsight.checks.define import Check
from gradsight.checks.registering import is_deliberate, used_at, value_place, wrapped
from gradsight.checks.view import View
from gradsight.finding import Finding, Severity

CHECK = Check(
    code="GS501",
    name="module-not-registered",
    severity=Severity.WARNING,
    message="`{name}` is a plain {container}: `{owner}` does not register the modules in it, so `parameters()` leaves "
    "them out and no optimizer trains them, nor do `to()`, `eval()` and `state_dict()` reach them.",
    page=__doc__,
    probe=False,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Containers of modules that are trained through and registered nowhere."""
    for concealed in view.wiring.concealed():
        if concealed.hidden.holds != "modules":
            continue
        place = value_place(view, concealed.given)
        if place is None or is_deliberate(view, place):
            continue
        fixes = wrapped(view, place, concealed, "ModuleList", "ModuleDict")
        yield CHECK.finding(
            place,
            view.trace,
            concealed.given,
            concealed.use,
            related=used_at(view, concealed),
            fixes=fixes,
            name=concealed.given.name,
            container=concealed.hidden.container,
            owner=concealed.given.owner,
        )
