"""One of several views that an op gave at once is written in place.

## What happens
`split`, `chunk`, `unbind` and iteration over a tensor give several views of one tensor in a single op. While they are
part of a graph, PyTorch refuses to write into any of them: *this view is the output of a function that returns multiple
views. Such functions do not allow the output views to be modified inplace*. It raises at the write.

## Example
```python
x = torch.randn(4, 6, requires_grad=True)
gate, value = (x * 2).chunk(2, dim=1)
gate += 1
(gate * value).sum().backward()
```

## Instead
```python
x = torch.randn(4, 6, requires_grad=True)
gate, value = (x * 2).chunk(2, dim=1)
gate = gate + 1
(gate * value).sum().backward()
```
Where the write was meant to change the whole tensor, compute the parts and put them together: `torch.stack([...])`.

## When it is fine
Outside the graph: on data that does not require grad, and under `torch.no_grad()`. A single view, such as `y[0]` or
`y.view(-1)`, may be written.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.conflicts import leaf_under
from gradsight.autograd.events import Applied, Mutated
from gradsight.autograd.values import Value
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import goes_on, source, written
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import in_place
from gradsight.text import Place

CHECK = Check(
    code="GS306",
    name="in-place-on-split-view",
    severity=Severity.ERROR,
    message="`{write}` changes {name} in place, one of several views that `{op}` gave at once: PyTorch raises here.",
    page=__doc__,
)

_RAISED = "is a view and is being modified inplace"
_SEVERAL = ("split", "chunk", "unbind", "split_with_sizes", "__iter__")


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The writes into parts of a tensor that PyTorch refuses."""
    told: set[Place] = set()
    for write in view.trace.each(Mutated):
        origin = refused(view, write)
        if origin is None or view.expects_error(write) or goes_on(place := view.place(write), told):
            continue
        told.add(place)
        yield CHECK.finding(
            place,
            view.trace,
            write,
            related=[view.related(origin, "gives the views")],
            fixes=fixes(view, write, origin, place),
            write=source(view, write),
            name=written(view, write),
            op=source(view, origin),
        )


def refused(view: View, write: Mutated) -> Applied | None:
    """The op that gave the views, if PyTorch refuses this write into one of them."""
    if not write.noticed or write.scope is not None or write.target.requires_grad is not True:
        return None
    if view.trace.observed and _RAISED not in (write.raised or ""):
        return None
    return None if leaf_under(view.trace, write.target) is not None else giver_of_several(view, write.target)


def giver_of_several(view: View, value: Value) -> Applied | None:
    """The op that made `value`, or what it is a view of, as one of several views."""
    seen: set[int] = set()
    while True:
        maker = view.trace.maker(value)
        if not isinstance(maker, Applied) or maker.id in seen or value.storage is None:
            return None
        seen.add(maker.id)
        if isinstance(maker, Mutated):
            value = maker.target
            continue
        base = next((operand for operand in maker.inputs if operand.storage == value.storage), None)
        if base is None:
            return None
        name = maker.op.rpartition(".")[2]
        # Where no subscript is written, an item is taken by iteration.
        if name in _SEVERAL or (name == "__getitem__" and not isinstance(view.node(maker), ast.Subscript)):
            return maker
        value = base


def fixes(view: View, write: Mutated, origin: Applied, place: Place) -> list[Fix]:
    """Out of place, unless the write was meant for the whole tensor, which is used afterwards."""
    parts = {value.id for value in origin.outputs}
    whole = any(
        value.storage == write.target.storage and value.id not in parts
        for event in view.trace.each(Applied)
        if event.id > write.id
        for value in event.inputs
    )
    fix = None if whole else in_place.out_of_place(view.documents[place.path], place)
    return [] if fix is None else [fix]
