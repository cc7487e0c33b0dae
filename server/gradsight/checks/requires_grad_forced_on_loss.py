"""A loss that has lost its graph is made a leaf, which silences `backward()` and trains nothing.

## What happens
`loss.requires_grad_(True)`, `Variable(loss, requires_grad=True)` and `torch.tensor(loss, requires_grad=True)` make a
new leaf. `backward()` then succeeds: it sets the gradient of that leaf to 1 and stops there. Nothing that the loss
was computed from gets a gradient, and the optimizer's steps change nothing. The error that this made go away was
right: the graph was cut further up.

## Example
```python
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss = model(torch.randn(5, 3)).detach().pow(2).mean()
loss.requires_grad_(True)
loss.backward()
optimizer.step()
```

## Instead
```python
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss = model(torch.randn(5, 3)).pow(2).mean()
loss.backward()
optimizer.step()
```

## When it is fine
For a new leaf whose own gradient is wanted: an image under attack, activations at which a backward pass is split, a
starting point for an optimizer.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from gradsight.autograd.cuts import Dropped, Forced, forced
from gradsight.autograd.events import Applied, BackwardCalled, Created, Cut
from gradsight.autograd.graph import behind
from gradsight.autograd.values import Value
from gradsight.checks import blame
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import listed, name_of, source
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import calls, combined, grad_mode, statements
from gradsight.text import Place

CHECK = Check(
    code="GS208",
    name="requires-grad-forced-on-loss",
    severity=Severity.WARNING,
    message="`{force}` makes {name} a leaf, and {call} stops at it: no gradient reaches {leaves}.",
    variants={
        "nothing": "`{force}` makes {name} a leaf, and {call} stops at it: nothing that it was computed from gets a "
        "gradient.",
    },
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The leaves that were made only to please `backward()`."""
    told: set[Place] = set()
    for call, graph in view.backwards:
        if call.api != "backward" or call.raised is not None:
            continue
        for leaf in graph.leaves.values():
            restart = forced(view.trace, leaf)
            if restart is None or isinstance(restart.by, Applied) or leaf.id in view.training.asked:
                continue
            starved = starving(view, call, leaf, restart)
            if starved is None or (place := view.place(restart.by)) in told:
                continue
            told.add(place)
            yield tell(view, call, restart, starved, place)


def starving(view: View, call: BackwardCalled, leaf: Value, restart: Forced) -> list[Value] | None:
    """The leaves that get nothing because of it; None if nobody can be shown to miss a gradient."""
    if isinstance(restart.by, Created) and restart.by.by == "torch.nn.Parameter":
        return None
    lost = [value for value in view.origins(*restart.source).values() if not view.training.gives(value.id)]
    if any(root.id == leaf.id for root in call.roots):
        return lost if lost or view.trace.observed else None
    waiting = [
        value
        for value in lost
        if value.id in view.training.stepped
        and not view.training.is_updated_by_hand(value)
        and not view.training.may_be_trained_unseen(value)
    ]
    return waiting or None


def tell(view: View, call: BackwardCalled, restart: Forced, starved: list[Value], place: Place) -> Finding:
    """The finding, with where the graph was cut before."""
    cuts = behind(view.trace, *restart.source).cuts
    related = [view.related(cut, "the history was dropped here") for cut in cuts[:3]]
    related.append(view.related(call, "gives a gradient to the new leaf alone"))
    fix = repaired(view, restart, cuts, place)
    leaves: dict[str, Any] = {"leaves": listed(view, starved)} if starved else {}
    return CHECK.finding(
        place,
        view.trace,
        restart.by,
        call,
        variant=None if starved else "nothing",
        related=related,
        fixes=[fix] if fix is not None else [],
        force=source(view, place),
        name=name_of(view, restart.leaf),
        call=f"`{source(view, call)}`",
        **leaves,
    )


def repaired(view: View, restart: Forced, cuts: Sequence[Dropped], place: Place) -> Fix | None:
    """Take the cut back, and with it what it made necessary; None where the cut cannot be taken back by an edit."""
    title = f"Give {name_of(view, restart.leaf)} its history back"
    mended = [mend(view, cut) for cut in cuts[:1]]
    if isinstance(restart.by, Created):
        if not cuts and restart.by.cut is None:
            return None
        unforced = unwrapped(view, place)
    elif not cuts:
        return None
    else:
        unforced = unforced_by_method(view, place)
    return combined(view.documents[place.path], title, *mended, unforced)


def mend(view: View, cut: Dropped) -> Fix | None:
    """The edit that takes one cut back."""
    if cut.cut is Cut.GRAD_MODE and isinstance(cut, Applied) and cut.scope is not None:
        scope = view.place(view.trace[cut.scope])
        return grad_mode.move_out(view.documents[scope.path], scope)
    place = view.place(cut)
    return calls.remove_tail(view.documents[place.path], place)


def unwrapped(view: View, place: Place) -> Fix | None:
    """The value instead of its copy; nothing at all of `loss = Variable(loss, requires_grad=True)`."""
    document, found = view.documents[place.path], view.found(place)
    if found is None or not isinstance(found.node, ast.Call) or len(found.node.args) != 1:
        return None
    statement = found.statement
    if isinstance(statement, ast.Assign) and statement.value is found.node:
        targets = [found.text(target) for target in statement.targets]
        if targets == [found.text(found.node.args[0])]:
            return statements.remove_statement(document, place)
    return calls.unwrap_call(document, place, dropping=blame.COPYING)


def unforced_by_method(view: View, place: Place) -> Fix | None:
    """`loss.requires_grad_()` and `loss.requires_grad = True` go: the statement, or the tail of the expression."""
    document, found = view.documents[place.path], view.found(place)
    if found is None:
        return None
    if isinstance(found.node, ast.stmt) or isinstance(found.parent, ast.Expr):
        return statements.remove_statement(document, place)
    return calls.remove_tail(document, place)
