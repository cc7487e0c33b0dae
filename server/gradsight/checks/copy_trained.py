"""A copy of the model is trained, and the program goes on with the original.

## What happens
`copy.deepcopy(model)` makes new parameters. An optimizer built from the copy changes those alone: the original stays
what it was. If the copy is not handed back, all that was learned goes with it, and whoever evaluates or saves the
original has an untrained model.

## Example
```python
import copy

import torch
from torch import nn

model = nn.Linear(4, 1)
student = copy.deepcopy(model)
optimizer = torch.optim.SGD(student.parameters(), lr=0.1)
for _ in range(3):
    loss = student(torch.randn(8, 4)).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(model(torch.randn(8, 4)))
```

## Instead
```python
import copy

import torch
from torch import nn

model = nn.Linear(4, 1)
student = copy.deepcopy(model)
optimizer = torch.optim.SGD(student.parameters(), lr=0.1)
for _ in range(3):
    loss = student(torch.randn(8, 4)).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(student(torch.randn(8, 4)))
```

## When it is fine
Copies whose weights are used afterwards or loaded back into the original (`load_state_dict`, averaging over clients),
moving averages, target networks and snapshots of the best model.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradsight.autograd.copied import trained_copies
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import source
from gradsight.finding import Finding, Severity

CHECK = Check(
    code="GS511",
    name="copy-trained",
    severity=Severity.WARNING,
    message="`{copy}` is what `{step}` trains; afterwards the program goes on with {original}, which no step has "
    "changed.",
    page=__doc__,
    probe=False,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Copies whose training is lost."""
    for found in trained_copies(view.wiring):
        place = view.place(found.copied)
        name = f"`{found.copied.name}`" if found.copied.name else "the original"
        yield CHECK.finding(
            place,
            view.trace,
            found.copied,
            found.step,
            related=[
                view.related(found.step, "changes the copy"),
                view.related(found.use, "uses the original"),
            ],
            copy=source(view, place),
            step=source(view, found.step),
            original=name,
        )
