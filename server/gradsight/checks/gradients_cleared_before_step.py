"""Gradients are cleared after the backward and before the step that should use them.

## What happens
`backward()` fills `.grad`, then `zero_grad()` empties it, then `step()` finds nothing: `step()` skips parameters
whose gradient is None and says nothing. The model never learns.

## Example
```python
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for batch in torch.randn(4, 5, 3):
    loss = model(batch).pow(2).mean()
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
```

## Instead
```python
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for batch in torch.randn(4, 5, 3):
    loss = model(batch).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
```

## When it is fine
If another backward runs before the step, or the gradients of other parameters are cleared than those that the step
uses.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradsight.autograd.loops import Erasure, erasures
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import source
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import statements
from gradsight.text import Place

CHECK = Check(
    code="GS602",
    name="gradients-cleared-before-step",
    severity=Severity.WARNING,
    message="`{clearing}` empties the gradients that `{backward}` has just filled, before `{step}` could use them.",
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The clearings that come too early."""
    told: set[Place] = set()
    for erasure in erasures(view.training):
        place = view.place(erasure.clearing)
        if place in told:
            continue
        told.add(place)
        fix = moved(view, erasure, place)
        yield CHECK.finding(
            place,
            view.trace,
            erasure.backward,
            erasure.clearing,
            erasure.step,
            related=[
                view.related(erasure.backward, "fills the gradients"),
                view.related(erasure.step, "finds no gradients"),
            ],
            fixes=[fix] if fix is not None else [],
            clearing=source(view, place),
            backward=source(view, erasure.backward),
            step=source(view, erasure.step),
        )


def moved(view: View, erasure: Erasure, place: Place) -> Fix | None:
    """The clearing goes before the backward, or behind the step where the backward runs in another function."""
    document = view.documents[place.path]
    backward, step = view.place(erasure.backward), view.place(erasure.step)
    if view.function(place) == view.function(backward):
        return statements.move_before(document, place, backward, title="Clear the gradients before the backward")
    if view.function(place) == view.function(step):
        return statements.move_after(document, place, step, title="Clear the gradients after the step")
    return None
