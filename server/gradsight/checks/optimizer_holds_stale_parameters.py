"""Parameters were replaced after the optimizer was built: it goes on with the old ones.

## What happens
An optimizer keeps the parameter tensors it was built with. A layer that is replaced afterwards
(`model.head = nn.Linear(...)`), or a model that is made anew or copied, has other tensors: `backward()` gives them
gradients, but `step()` goes on with the old ones, which nothing uses any more. Moving a model (`model.to(device)`)
keeps the parameters and is no problem.

## Example
```python
import torch
from torch import nn

model = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
model[2] = nn.Linear(8, 5)
for _ in range(3):
    loss = model(torch.randn(4, 8)).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
```

## Instead
```python
import torch
from torch import nn

model = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))
model[2] = nn.Linear(8, 5)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(3):
    loss = model(torch.randn(4, 8)).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
```

## When it is fine
If the new parameters are handed over with `add_param_group`, or if another optimizer is built for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gradsight.autograd.events import Event, Site
from gradsight.autograd.unheld import Unheld
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import assigned_name, owners, source
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import statements
from gradsight.text import Range

CHECK = Check(
    code="GS504",
    name="optimizer-holds-stale-parameters",
    severity=Severity.WARNING,
    message="`{built}` is built before `{change}`: the optimizer holds the parameters that were there then, and no "
    "optimizer holds the new ones of {names}.",
    variants={
        "change": "`{change}` makes new parameters after `{built}`: the optimizer goes on with the old ones, and no "
        "optimizer holds those of {names}.",
    },
    page=__doc__,
    probe=False,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Trained parameters that are younger than the optimizer."""
    for unheld in view.unheld:
        if unheld.change is None:
            continue
        change = shown(unheld, unheld.change)
        later = view.function(unheld.built) != view.function(view.place(change)) or any(
            step.key == unheld.built.optimizer and step.event.id < unheld.change.id for step in view.training.steps
        )
        place, other = view.place(change if later else unheld.built), unheld.built if later else change
        fix = None if later else _moved(view, unheld, change)
        yield CHECK.finding(
            place,
            view.trace,
            unheld.built,
            unheld.call,
            variant="change" if later else None,
            related=[
                view.related(other, "the optimizer is built here" if later else "the new parameters come in here"),
                view.related(unheld.call, "gives the new ones gradients"),
                view.related(unheld.step, "does not change them"),
            ],
            fixes=[fix] if fix is not None else [],
            built=source(view, unheld.built),
            change=source(view, view.place(change)),
            names=owners(view, unheld.parameters),
        )


def shown(unheld: Unheld, change: Event) -> Event | Site:
    """The change as the code around the optimizer sees it: the call that leads to it, if it lies deeper."""
    depth = len(unheld.built.calls)
    if len(change.calls) > depth and change.calls[:depth] == unheld.built.calls:
        return change.calls[depth]
    return change


def _moved(view: View, unheld: Unheld, change: Event | Site) -> Fix | None:
    """The optimizer is built after the change, if nothing in between needs it."""
    place, other = view.place(unheld.built), view.place(change)
    if place.path != other.path:
        return None
    document = view.documents[place.path]
    built, changed = document.find(place.range), document.find(other.range)
    name = assigned_name(view, unheld.built)
    if built is None or changed is None or name is None or not built.shares_block(changed):
        return None
    between = document.lines.slice(Range(built.range_of(built.statement).end, other.range.end))
    if re.search(rf"\b{re.escape(name)}\b", between):
        return None
    return statements.move_after(document, place, other)
