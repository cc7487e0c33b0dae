"""A scalar loss is given itself as the `gradient` of `backward()`.

## What happens
The argument of `backward(gradient)` is what all gradients are multiplied with. `loss.backward(loss)` therefore gives
`loss` times the gradient: the steps shrink as the loss does, grow where it is large, and turn around where it is
negative. Nothing raises. A loss of one element needs no argument.

## Example
```python
model = nn.Linear(3, 1)
loss = model(torch.randn(5, 3)).pow(2).mean()
loss.backward(loss)
```

## Instead
```python
model = nn.Linear(3, 1)
loss = model(torch.randn(5, 3)).pow(2).mean()
loss.backward()
```

## When it is fine
With a gradient that is no copy of the loss: `torch.ones_like(loss)`, a weight, what came from a later stage.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradsight.autograd.events import Applied, BackwardCalled
from gradsight.autograd.values import Value
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import root_of, source
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import arguments
from gradsight.text import Place

CHECK = Check(
    code="GS413",
    name="gradient-argument-scales",
    severity=Severity.WARNING,
    message="`{call}` multiplies every gradient by the value of {root}: the argument of `backward()` is the gradient "
    "to start with, not the loss.",
    page=__doc__,
)

_COPIES = frozenset(["detach", "clone", "data", "view", "reshape", "squeeze", "to", "float", "double", "contiguous"])
"""Ops whose result has the values of what they are given."""


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Calls that start from the value of the very loss."""
    told: set[Place] = set()
    for call in view.trace.each(BackwardCalled):
        place = view.place(call)
        if place in told or call.raised is not None or len(call.roots) != 1 or len(call.gradients) != 1:
            continue
        (root,), (gradient,) = call.roots, call.gradients
        if root.elements != 1 or not is_copy(view, gradient, root):
            continue
        told.add(place)
        fix = without_argument(view, place) if call.api == "backward" else None
        yield CHECK.finding(
            place, view.trace, call, fixes=[fix] if fix is not None else [], call=source(view, place),
            root=root_of(view, call),
        )  # fmt: skip


def is_copy(view: View, value: Value, of: Value) -> bool:
    """Whether a tensor is another one, or only copies its values."""
    seen: set[int] = set()
    while value.id != of.id:
        maker = view.trace.maker(value)
        if not isinstance(maker, Applied) or maker.id in seen or len(maker.inputs) != 1:
            return False
        if maker.op.rpartition(".")[2] not in _COPIES:
            return False
        seen.add(maker.id)
        value = maker.inputs[0]
    return True


def without_argument(view: View, place: Place) -> Fix | None:
    """`loss.backward(loss)` -> `loss.backward()`."""
    document, title = view.documents[place.path], "Call it without an argument"
    keyword = arguments.drop_keyword(document, place, "gradient", title=title)
    return keyword if keyword is not None else arguments.drop_first(document, place, title=title)
