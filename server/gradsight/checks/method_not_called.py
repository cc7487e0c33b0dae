"""A method stands as a statement of its own, without the parentheses that would call it.

## What happens
`loss.backward` names a method and does nothing with it. No gradient is computed, no parameter is updated, no mode is
switched, and there is no error: an optimizer that finds no gradients leaves everything as it is.

## Example
```python
w = torch.ones(3, requires_grad=True)
loss = (w * w).sum()
loss.backward
```

## Instead
```python
w = torch.ones(3, requires_grad=True)
loss = (w * w).sum()
loss.backward()
```

## When it is fine
A method that is handed on (`closure = loss.backward`) is called by whoever gets it.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradsight.autograd.events import MethodNamed
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.finding import Finding, Severity
from gradsight.repair import calls

CHECK = Check(
    code="GS409",
    name="method-not-called",
    severity=Severity.WARNING,
    message="`{method}` without `()` is not called: {consequence}.",
    page=__doc__,
    probe=False,
    pointless=True,
)

_CONSEQUENCES = {
    ("tensor", "backward"): "no gradient is computed",
    ("optimizer", "step"): "no parameter is updated",
    ("optimizer", "zero_grad"): "gradients are not cleared and add up",
    ("module", "zero_grad"): "gradients are not cleared and add up",
    ("module", "train"): "the module stays in the mode it is in",
    ("module", "eval"): "the module stays in the mode it is in",
    ("scheduler", "step"): "the learning rate stays as it is",
}


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Statements that only name a method."""
    for event in view.trace.each(MethodNamed):
        consequence = _CONSEQUENCES.get((event.receiver, event.method))
        if consequence is None:
            continue
        place = view.place(event)
        fix = calls.append_call(view.documents[place.path], place, title="Add `()`")
        yield CHECK.finding(
            place, view.trace, event, fixes=[fix] if fix is not None else [],
            method=view.text(place), consequence=consequence,
        )  # fmt: skip
