"""`.grad` is None where a tensor is needed: nothing has filled it, or it was cleared.

## What happens
`.grad` is None until a backward fills it, and again after `zero_grad()`, which drops the gradients (since PyTorch 2.0)
instead of writing zeros. `p.grad.zero_()` in the first pass of a loop, `p.grad.norm()` behind `zero_grad()`, or a
parameter that the loss does not depend on: *AttributeError: 'NoneType' object has no attribute ...*.

## Example
```python
w = torch.zeros(3, requires_grad=True)
for batch in torch.randn(4, 5, 3):
    w.grad.zero_()
    loss = (batch @ w - 1).pow(2).mean()
    loss.backward()
```

## Instead
```python
w = torch.zeros(3, requires_grad=True)
for batch in torch.randn(4, 5, 3):
    if w.grad is not None:
        w.grad.zero_()
    loss = (batch @ w - 1).pow(2).mean()
    loss.backward()
```

## When it is fine
Behind `if p.grad is not None:`, after a backward that reached the tensor, and with `zero_grad(set_to_none=False)`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from gradsight.autograd.events import Created, Event, GradRead, GradsCleared, Opaque, compatible
from gradsight.checks.define import Check
from gradsight.checks.grad_read_before_backward import clears_only, comes_from_elsewhere, may_have_gradient
from gradsight.checks.view import View
from gradsight.checks.words import name_of, receiver_of, source
from gradsight.finding import Finding, Fix, Related, Severity
from gradsight.repair import statements
from gradsight.syntax.found import Found
from gradsight.syntax.uses import Use, use_of
from gradsight.text import Place

CHECK = Check(
    code="GS411",
    name="grad-is-none-here",
    severity=Severity.ERROR,
    message="`{read}` is still None here: no backward has filled it yet, and `{use}` raises an AttributeError.",
    variants={
        "cleared": "`{read}` is None here: `{clearing}` has dropped the gradient, so `{use}` raises an AttributeError.",
        "unreached": "`{read}` is None here for a tensor that no backward goes through, and `{use}` raises an "
        "AttributeError.",
    },
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Reads of a gradient that is not there, by an attribute that None does not have."""
    told: set[Place] = set()
    for read in view.trace.each(GradRead):
        value = read.value
        if not (value.requires_grad and value.is_leaf and read.has_grad is False) or view.expects_error(read):
            continue
        made, found, place = view.trace.maker(value), view.found(read), view.place(read)
        if not isinstance(made, Created) or found is None or place in told or not _raises(found):
            continue
        if comes_from_elsewhere(view, read, made) or use_of(found) is not Use.NEEDED:
            continue
        clearing = _clearing(view, read)
        if not may_have_gradient(view, read):
            variant = None if clears_only(found) else ""
        elif clearing is not None:
            variant = "cleared"
        else:
            variant = "unreached" if _is_unreached(view, read) else ""
        told.add(place)
        if variant == "":
            continue
        words: dict[str, Any] = {"read": source(view, place), "use": _use(found)}
        if variant == "cleared" and clearing is not None:
            words["clearing"] = source(view, clearing)
        yield CHECK.finding(
            place, view.trace, *([clearing] if clearing is not None and variant else []), read, variant=variant,
            related=_related(view, made, clearing, variant),
            fixes=_fixes(view, place, found, read, clearing if variant == "cleared" else None), **words,
        )  # fmt: skip


def _related(view: View, made: Created, clearing: Event | None, variant: str | None) -> Iterator[Related]:
    if variant == "cleared" and clearing is not None:
        yield view.related(clearing, "drops the gradient")
    if variant == "unreached":
        yield view.related(made, f"{name_of(view, made.value)} is made here, and no loss depends on it")


def _raises(found: Found) -> bool:
    """Whether an attribute of the gradient is asked for."""
    return isinstance(found.parent, ast.Attribute)


def _use(found: Found) -> str:
    around = found.up(len(found.parents) - 1)
    return found.text(around.node)


def _clearing(view: View, read: GradRead) -> GradsCleared | None:
    """The clearing since which the gradient is gone, where there was one before."""
    gives = [call for call in view.training.gives(read.value.id) if call.id < read.id and compatible(call, read)]
    last = None
    for event in view.trace.each(GradsCleared):
        if event.id > read.id:
            break
        mine = event.parameters is not None and read.value.id in event.parameters
        if mine and set(event.branch) <= set(read.branch):
            last = event
    if last is None or not gives or gives[-1].id > last.id:
        return None
    return last


def _is_unreached(view: View, read: GradRead) -> bool:
    """Whether every backward before the read is known to the end, and none goes through the leaf."""
    before = [graph for call, graph in view.backwards if call.id < read.id and call.api == "backward"]
    if not before or not all(graph.complete and not graph.cuts for graph in before):
        return False
    if any(read.value.id in graph.leaves for graph in before):
        return False
    reached = (event.touched for event in view.trace.each(Opaque) if event.id < read.id)
    return not any(touched is None or read.value.id in touched for touched in reached)


def _fixes(view: View, place: Place, found: Found, read: GradRead, clearing: Event | None) -> Iterator[Fix]:
    document = view.documents[place.path]
    if clearing is not None:
        gives = [call for call in view.training.gives(read.value.id) if call.id < clearing.id]
        at, backward = view.place(clearing), view.place(gives[-1])
        if view.function(at) == view.function(backward):
            title = "Clear the gradients before the backward"
            fix = statements.move_before(view.documents[at.path], at, backward, title=title)
            if fix is not None:
                yield fix
    comprehensions = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp | ast.Lambda
    if any(isinstance(parent, comprehensions) for parent in found.parents):
        return
    header = f"if {receiver_of(view, read).strip('`')}.grad is not None:"
    fix = statements.wrap_statements(document, header, place, title=f"Ask first: `{header[:-1]}`")
    if fix is not None:
        yield fix
