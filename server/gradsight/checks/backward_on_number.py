"""`backward()` is called on a Python number.

## What happens
`.item()` and `float()` give a plain number, which does not know how it was computed and has no `backward()`:
*AttributeError: 'float' object has no attribute 'backward'*. A sum of such numbers is a number too.

## Example
```python
model = nn.Linear(3, 1)
total = 0.0
for batch in torch.randn(4, 5, 3):
    total += model(batch).pow(2).mean().item()
total.backward()
```

## Instead
```python
model = nn.Linear(3, 1)
total = 0.0
for batch in torch.randn(4, 5, 3):
    total += model(batch).pow(2).mean()
total.backward()
```

## When it is fine
For numbers that are only shown or logged, next to the tensor that `backward()` is called on.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.asking_events import BackwardOnNumber
from gradsight.autograd.events import Applied
from gradsight.autograd.values import Form
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import name_of, source, tail_of
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import calls
from gradsight.text import Place

CHECK = Check(
    code="GS410",
    name="backward-on-number",
    severity=Severity.ERROR,
    message="`{cut}` makes {what} of {value}, which has no `backward()`: `{call}` raises an AttributeError.",
    page=__doc__,
    probe=False,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The places where a tensor became what `backward()` is called on."""
    told: set[Place] = set()
    for event in view.trace.each(BackwardOnNumber):
        cut = view.trace.maker(event.value)
        if not isinstance(cut, Applied) or view.expects_error(event):
            continue
        place = tail_of(view, cut)
        if place in told:
            continue
        told.add(place)
        fix = undone(view, view.place(cut))
        what = "a NumPy array" if event.value.form is Form.ARRAY else "a Python number"
        yield CHECK.finding(
            place, view.trace, cut, event, related=[view.related(event, "raises here")],
            fixes=[fix] if fix is not None else [], cut=source(view, place), what=what,
            value=name_of(view, cut.inputs[0]) if len(cut.inputs) == 1 else "a tensor", call=source(view, event),
        )  # fmt: skip


def undone(view: View, place: Place) -> Fix | None:
    """`loss.item()` -> `loss`, `float(loss)` -> `loss`."""
    found = view.found(place)
    if found is None or not isinstance(found.node, ast.Call):
        return None
    document = view.documents[place.path]
    return calls.unwrap_call(document, place) if found.node.args else calls.remove_tail(document, place)
