"""A second backward goes through a graph that the first one has freed.

## What happens
To save memory, `backward()` frees what the ops of the graph had saved for it as soon as it is done. A second call that
reaches one of those ops raises: *Trying to backward through the graph a second time*. Only ops that saved something
matter: a graph of additions and sums can be gone through as often as you like.

## Example
```python
w = torch.ones(3, requires_grad=True)
hidden = (w * w).sum()
first, second = hidden * 2, hidden * 3
first.backward()
second.backward()
```

## Instead
```python
w = torch.ones(3, requires_grad=True)
hidden = (w * w).sum()
first, second = hidden * 2, hidden * 3
(first + second).backward()
```
Gradients add up anyway, so one backward of the sum gives the same. Where both calls are really meant (to look at the
gradients in between), pass `retain_graph=True` to the first; where the parameters change in between, compute the shared
part again.

## When it is fine
After `retain_graph=True` or `create_graph=True`, and where the shared part was computed again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from gradsight.autograd.events import Event, GradRead, GradsCleared, Stepped
from gradsight.autograd.freed import Freed, freed_graphs, is_intact
from gradsight.autograd.graph import Behind
from gradsight.autograd.leaves import lost_behind
from gradsight.checks.create_graph_missing import is_first_order
from gradsight.checks.define import Check
from gradsight.checks.graph_carried_across_steps import is_carried
from gradsight.checks.view import View
from gradsight.checks.words import name_of, op_name, source
from gradsight.finding import Finding, Fix, Safety, Severity
from gradsight.repair import arguments, calls, statements
from gradsight.repair.build import combined, retitled
from gradsight.repair.spot import dotted
from gradsight.syntax.found import Found
from gradsight.text import Place

CHECK = Check(
    code="GS405",
    name="backward-twice",
    severity=Severity.ERROR,
    message="`{call}` raises: it goes through `{op}` behind {root} a second time, and `{first}` has freed what "
    "{saver} saved there.",
    variants={
        "repeated": "`{call}` raises when it runs again: `{op}` behind {root} is computed only once, and the first "
        "call has freed what {saver} saved there. Compute it again in each pass.",
    },
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Calls that meet a freed graph, unless the graph was carried over from the last pass of a loop."""
    behind = {call.id: found for call, found in view.backwards}
    for freed in freed_graphs(view.trace, view.backwards):
        call, first = freed.call, freed.first
        repeated = (call.site, call.calls) == (first.site, first.calls)
        if view.expects_error(call) or is_carried(view, freed) or (repeated and _is_made_in_loop(view, freed)):
            continue
        if first.api == "grad" and is_first_order(view, first):
            continue  # with `create_graph=True`, which is missing there, the graph stays
        if lost_behind(view.trace, freed.op) is not None:
            continue  # that leaf was meant to be what the op makes of it, and is reported there
        related = [view.related(freed.op, f"{op_name(freed.op)} saved something for the backward here")]
        words: dict[str, Any] = {"call": source(view, call), "op": source(view, freed.op), "saver": op_name(freed.op)}
        if not repeated:
            related.append(view.related(first, "and this backward freed it"))
            words["first"] = source(view, first)
        yield CHECK.finding(
            view.place(call), view.trace, freed.op, first, call, variant="repeated" if repeated else None,
            related=related, fixes=_fixes(view, freed, behind[call.id]),
            root=", ".join(name_of(view, root) for root in call.roots), **words,
        )  # fmt: skip


def _is_made_in_loop(view: View, freed: Freed) -> bool:
    """Whether the op ran inside the loop that repeats the call: then state carries an old graph along."""
    loops = []
    for site in (freed.call.site, *freed.call.calls):
        found = view.found(view.place(site))
        for around in found.around() if found is not None else ():
            if isinstance(around.node, ast.For | ast.AsyncFor | ast.While):
                loops.append(Place(site.path, around.range))
    places = [view.place(site) for site in (freed.op.site, *freed.op.calls)]
    return any(loop.path == place.path and loop.range.contains(place.range) for loop in loops for place in places)


def _fixes(view: View, freed: Freed, found: Behind) -> Iterator[Fix]:
    between = [event for event in view.trace.events if freed.first.id < event.id < freed.call.id]
    if not any(isinstance(event, Stepped | GradsCleared | GradRead) for event in between):
        summed = _sum(view, freed.first, freed.call)
        if summed is not None:
            yield summed
    if is_intact(view.trace, freed, found):
        place = view.place(freed.first)
        kept = arguments.set_keyword(view.documents[place.path], place, "retain_graph", "True")
        if (fix := retitled(kept, "Keep the graph for the second backward: `retain_graph=True`")) is not None:
            yield fix


def _sum(view: View, first: Event, second: Event) -> Fix | None:
    """`a.backward()` ... `b.backward()` -> `(a + b).backward()`, where both are statements of one block."""
    here, there = view.place(first), view.place(second)
    one, other = view.found(here), view.found(there)
    if one is None or other is None or here.path != there.path or not one.shares_block(other):
        return None
    a, b = _root(one), _root(other)
    if a is None or b is None or one.text(a) == other.text(b):
        return None
    document = view.documents[here.path]
    root = Place(there.path, other.range_of(b))
    removed = statements.remove_statement(document, here)
    replaced = calls.replace(document, root, f"({one.text(a)} + {other.text(b)})")
    title = f"Go back once, from `{one.text(a)} + {other.text(b)}`"
    return combined(document, title, removed, replaced, safety=Safety.SAFE)


def _root(found: Found) -> ast.expr | None:
    """`loss` of the statement `loss.backward()`; None for anything that says more."""
    match found.node, found.parent:
        case ast.Call(func=ast.Attribute(value=root, attr="backward"), args=[], keywords=[]), ast.Expr():
            return root if dotted(root) is not None else None
    return None
