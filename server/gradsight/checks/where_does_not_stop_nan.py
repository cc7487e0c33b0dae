"""`torch.where` drops the values that an op must not be asked for, but not their gradients.

## What happens
`torch.where(x > 0, x.sqrt(), 0.0)` computes `x.sqrt()` for every element and then picks. On the way back the dropped
elements get a gradient of 0, and the derivative of `sqrt` multiplies that 0 with infinity (at 0) or with NaN (below
it): the gradient of `x` is NaN there, although the result never showed it. `masked_fill` does the same. One such
element makes the gradients of all parameters behind `x` NaN.

## Example
```python
x = torch.tensor([0.0, 4.0], requires_grad=True)
y = torch.where(x > 0, x.sqrt(), 0.0)
y.sum().backward()
```

## Instead
```python
x = torch.tensor([0.0, 4.0], requires_grad=True)
y = torch.where(x > 0, torch.where(x > 0, x, 1.0).sqrt(), 0.0)
y.sum().backward()
```

## When it is fine
Where the argument was made harmless before the op, by a first `where`, by `clamp(min=1e-12)` or by picking elements
(`x[x > 0].sqrt()`); and where the op is defined on both sides.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.events import Event
from gradsight.autograd.untaken import Untaken, untaken
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import source
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import edges as repairs
from gradsight.text import Place

CHECK = Check(
    code="GS704",
    name="where-does-not-stop-nan",
    severity=Severity.WARNING,
    message="`{choice}` drops `{op}` where `{condition}` {holds}, but {call} still sends a gradient of 0 through it, "
    "and there 0 times its infinite or undefined slope is NaN.",
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The choices in a graph that is asked for gradients that come too late for the op they protect."""
    told: set[Place] = set()
    for call, graph in view.backwards:
        if view.expects_error(call):
            continue
        for node in sorted(graph.nodes, key=lambda node: node.id):
            found = next(untaken(view.trace, node), None)
            if found is None or (place := view.place(node)) in told:
                continue
            told.add(place)
            yield told_of(view, found, place, call)


def told_of(view: View, found: Untaken, place: Place, call: Event) -> Finding:
    """The finding for one choice."""
    parts = {found.condition.id: (found.condition, "the choice goes by this")}
    parts[found.op.id] = (found.op, "computed for all elements, dropped ones too")
    related = [view.related(*parts[number]) for number in sorted(parts) if view.place(parts[number][0]) != place]
    return CHECK.finding(
        place,
        view.trace,
        found.choice,
        call,
        certain=False,
        related=[*related, view.related(call, "the gradients become NaN here")],
        fixes=fixes(view, found, place),
        choice=source(view, place),
        op=source(view, found.op),
        condition=source(view, found.condition),
        holds="is false" if found.when else "is true",
        call=f"`{source(view, call)}`",
    )


def fixes(view: View, found: Untaken, place: Place) -> list[Fix]:
    """Choose the argument first, by the same condition."""
    op = view.place(found.op)
    outer = view.found(place)
    condition = outer.node.args[0] if outer is not None and isinstance(outer.node, ast.Call) else None
    if outer is None or condition is None or op.path != place.path:
        return []
    inside = place.range.contains(op.range)
    computed = any(isinstance(node, ast.Compare | ast.Call | ast.BinOp) for node in ast.walk(condition))
    earlier = not computed and found.condition.id < found.op.id
    if not inside and not (earlier and view.function(op) == view.function(place)):
        return []
    document = view.documents[place.path]
    fix = repairs.guard_argument(
        document, op, outer.text(condition), str(found.edge.at_rest), not found.when,
        title="Choose the argument before the op as well",
    )  # fmt: skip
    return [] if fix is None else [fix]
