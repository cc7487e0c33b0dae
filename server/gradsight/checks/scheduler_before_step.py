"""The schedule of learning rates runs ahead of the optimizer: the first value of the schedule is skipped.

## What happens
The scheduler sets the first learning rate when it is built, and each `scheduler.step()` sets the next one. Called
before `optimizer.step()` in each pass, it replaces every value before a step could use it; the first is never used, and
PyTorch warns once.

## Example
```python
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
for batch in torch.randn(4, 5, 3):
    optimizer.zero_grad()
    model(batch).pow(2).mean().backward()
    scheduler.step()
    optimizer.step()
```

## Instead
```python
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
for batch in torch.randn(4, 5, 3):
    optimizer.zero_grad()
    model(batch).pow(2).mean().backward()
    optimizer.step()
    scheduler.step()
```

## When it is fine
`ReduceLROnPlateau` looks at a loss and may be called anywhere. To call the scheduler several times before the training
begins, so that it starts where an earlier run has ended, is fine as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradsight.autograd.steps import Ahead, ahead
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import source
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import statements
from gradsight.text import Place

CHECK = Check(
    code="GS609",
    name="scheduler-before-step",
    severity=Severity.WARNING,
    message="`{schedule}` comes before `{step}` in each pass: it sets the next learning rate before the present one is "
    "used, so the first value of the schedule is skipped.",
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The schedules that run ahead."""
    told: set[Place] = set()
    for found in ahead(view.training):
        place = view.place(found.schedule)
        if place in told:
            continue
        told.add(place)
        fix = _fix(view, found, place)
        yield CHECK.finding(
            place,
            view.trace,
            found.schedule,
            found.step,
            related=[view.related(found.step, "is the first step, with the second learning rate")],
            fixes=[fix] if fix is not None else [],
            certain=found.schedule.optimizer is not None,
            schedule=source(view, place),
            step=source(view, found.step),
        )


def _fix(view: View, found: Ahead, place: Place) -> Fix | None:
    """Behind the statement of the same block in which the step is made."""
    own = view.found(place)
    block = own.block if own is not None else None
    if own is None or block is None:
        return None
    for site in (found.step.site, *reversed(found.step.calls)):
        if site.path != place.path:
            continue
        step = view.place(site)
        for statement in block:
            there = Place(place.path, own.range_of(statement))
            if there.range.contains(step.range) and not there.range.contains(place.range):
                document = view.documents[place.path]
                return statements.move_after(document, place, there, title=f"Move it behind `{source(view, step)}`")
    return None
