"""A `torch.autograd.Function` is written in the old style: `forward` takes `self`, and an object of it is called.

## What happens
Until PyTorch 1.3 a function was an object: made with its settings, then called. PyTorch now raises a `RuntimeError`
("Legacy autograd function with non-static forward method") at such a call. `forward` and `backward` are static methods
that get `ctx`, settings are further inputs of `forward`, and the function is used through `apply`.

## Example
```python
class Scale(torch.autograd.Function):
    def __init__(self, factor):
        self.factor = factor

    def forward(self, x):
        return x * self.factor

    def backward(self, grad_output):
        return grad_output * self.factor


x = torch.ones(3, requires_grad=True)
Scale(2.0)(x).sum().backward()
```

## Instead
```python
class Scale(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.factor = factor
        return x * factor

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * ctx.factor, None


x = torch.ones(3, requires_grad=True)
Scale.apply(x, 2.0).sum().backward()
```

## When it is fine
A `forward(ctx, x)` that only lacks the decorator works through `apply`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.function_events import FunctionLegacy
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.finding import Finding, Severity
from gradsight.text import Place, Position, Range

CHECK = Check(
    code="GS805",
    name="function-not-static",
    severity=Severity.ERROR,
    message="`{function}` is an autograd function of the old style, which PyTorch refuses: `forward` must be a static "
    "method that gets `ctx`, used as `{function}.apply(...)` with the settings as further inputs.",
    page=__doc__,
    probe=False,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Functions of which an object is called, or is made to be."""
    seen: set[Place] = set()
    events = sorted(view.trace.each(FunctionLegacy), key=lambda event: event.call is None)
    for event in events:
        place = _header(view, view.place(event))
        if place in seen or view.expects_error(event):
            continue
        seen.add(place)
        related = [] if event.call is None else [view.related(event.call, "raises here: it calls an object of it")]
        yield CHECK.finding(place, view.trace, event, related=related, function=event.function)


def _header(view: View, place: Place) -> Place:
    """`def forward` of the whole definition."""
    found = view.found(place)
    start = place.range.start
    length = len("def ") + len(found.node.name) if found and isinstance(found.node, ast.FunctionDef) else 3
    return Place(place.path, Range(start, Position(start.line, start.column + length)))
