"""`autograd.grad` is asked for the gradient of something that the result does not depend on.

## What happens
`torch.autograd.grad(y, x)` needs a way from `y` back to `x`, to this very tensor: *One of the differentiated Tensors
appears to not have been used in the graph*. A slice, a copy or a new view of what the model got is another tensor.

## Example
```python
net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
points = torch.rand(5, 2, requires_grad=True)
t = points[:, :1]
u = net(points)
(u_t,) = torch.autograd.grad(u.sum(), t)
```

## Instead
```python
net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
points = torch.rand(5, 2, requires_grad=True)
t, x = points[:, :1], points[:, 1:]
u = net(torch.cat([t, x], dim=1))
(u_t,) = torch.autograd.grad(u.sum(), t)
```

## When it is fine
With `allow_unused=True`, which gives None for such an input, or `materialize_grads=True`, which gives zeros.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from gradsight.autograd.events import Applied, BackwardCalled, Created
from gradsight.autograd.graph import Behind, operands
from gradsight.autograd.values import Value
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import name_of, source
from gradsight.finding import Finding, Related, Severity
from gradsight.text import Place

CHECK = Check(
    code="GS408",
    name="unused-input-in-grad",
    severity=Severity.ERROR,
    message="`{call}` raises: {root} was not computed from {input}, so there is no gradient to ask for.",
    variants={
        "beside": "`{call}` raises: {root} was computed from {origin} itself, and not from {input}, which was taken "
        "from {origin} besides.",
    },
    page=__doc__,
)

_NOT_USED = "not have been used in the graph"


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Inputs that the roots do not know."""
    told: set[Place] = set()
    for call, graph in view.backwards:
        place = view.place(call)
        if call.api != "grad" or not call.inputs or place in told or view.expects_error(call):
            continue
        if not any(root.requires_grad is True for root in call.roots):
            continue
        asked = _unused(view, call, graph)
        if asked is None:
            continue
        told.add(place)
        origin = _origin(view, asked, graph)
        words: dict[str, Any] = {"call": source(view, place), "root": name_of(view, call.roots[0])}
        words["input"] = _asked_as(view, call, asked)
        if origin is not None:
            words["origin"] = origin
        yield CHECK.finding(
            place, view.trace, call, variant="beside" if origin is not None else None, related=_related(view, asked),
            **words,
        )  # fmt: skip


def _unused(view: View, call: BackwardCalled, graph: Behind) -> Value | None:
    """The input to which no way leads back from the roots."""
    if view.trace.observed:
        if _NOT_USED not in (call.raised or ""):
            return None
    elif call.allow_unused is not False or not graph.complete:
        return None
    reached = {value.id for node in graph.nodes for value in (*operands(node), *node.outputs)}
    reached |= {root.id for root in call.roots} | set(graph.leaves)
    unused = [value for value in call.inputs or () if value.requires_grad and value.id not in reached]
    if unused:
        return unused[0]
    alone = call.inputs is not None and len(call.inputs) == 1 and view.trace.observed
    return call.inputs[0] if call.inputs is not None and alone else None


def _origin(view: View, asked: Value, graph: Behind) -> str | None:
    """What the input was made of, as its own text says it, where the roots go back to that."""
    maker = view.trace.maker(asked)
    if not isinstance(maker, Applied):
        return None
    used = {value.id for node in graph.nodes for value in operands(node)} | set(graph.leaves)
    origin = next((value for value in operands(maker) if value.id in used and value.requires_grad), None)
    if origin is None:
        return None
    found = view.found(maker)
    match found.node if found is not None else None:
        case ast.Subscript(value=ast.Name() as of) | ast.Call(func=ast.Attribute(value=ast.Name() as of), args=[]):
            return f"`{of.id}`"
    return name_of(view, origin)


def _asked_as(view: View, call: BackwardCalled, asked: Value) -> str:
    """What the call's own text calls the input."""
    found = view.found(call)
    if found is not None and isinstance(found.node, ast.Call):
        given = [*found.node.args[1:2], *(word.value for word in found.node.keywords if word.arg == "inputs")]
        parts = given[0].elts if given and isinstance(given[0], ast.Tuple | ast.List) else given
        inputs = call.inputs or ()
        if len(parts) == len(inputs) and isinstance(part := parts[inputs.index(asked)], ast.Name | ast.Attribute):
            return f"`{found.text(part)}`"
    return name_of(view, asked)


def _related(view: View, asked: Value) -> Iterator[Related]:
    maker = view.trace.maker(asked)
    if isinstance(maker, Applied | Created):
        yield view.related(maker, f"{name_of(view, asked)} is made here")
