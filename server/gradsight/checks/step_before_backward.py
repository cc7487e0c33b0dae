"""The optimizer steps before the backward of its pass: it never finds a gradient.

## What happens
`step()` skips parameters whose `.grad` is None and says nothing. Where it comes before `backward()`, and the gradients
are cleared once in every pass, each gradient is thrown away before a step could use it. The model never learns.

## Example
```python
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for batch in torch.randn(4, 5, 3):
    loss = model(batch).pow(2).mean()
    optimizer.zero_grad()
    optimizer.step()
    loss.backward()
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
A step at the top of the loop that uses the gradients of the pass before, which are cleared after it: it comes one pass
late, but nothing is lost except the last gradient.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradsight.autograd.loops import early_steps
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import source
from gradsight.finding import Finding, Severity
from gradsight.repair import statements
from gradsight.text import Place

CHECK = Check(
    code="GS603",
    name="step-before-backward",
    severity=Severity.WARNING,
    message="`{step}` comes before `{backward}`: it finds no gradients, and those of this pass are never used.",
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The steps that come too early."""
    told: set[Place] = set()
    for early in early_steps(view.training):
        place = view.place(early.step)
        if place in told:
            continue
        told.add(place)
        backward = view.place(early.backward)
        fix = None
        if view.function(place) == view.function(backward):
            title = "Step after the backward"
            fix = statements.move_after(view.documents[place.path], place, backward, title=title)
        yield CHECK.finding(
            place,
            view.trace,
            early.step,
            early.backward,
            related=[view.related(early.backward, "fills the gradients, too late")],
            fixes=[fix] if fix is not None else [],
            step=source(view, place),
            backward=source(view, early.backward),
        )
