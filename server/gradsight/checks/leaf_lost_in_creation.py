"""An op in the same expression turns a new leaf into a non-leaf, and only the non-leaf has a name.

## What happens
`torch.randn(3, requires_grad=True) * 0.1` makes a leaf and multiplies it. The leaf itself is in the graph and gets the
gradient, but no name holds it; what gets the name is the product, a non-leaf, whose `.grad` stays None and which an
optimizer refuses (*can't optimize a non-leaf Tensor*). `.to(...)`, `.cuda()`, `.view(...)` and every other op do the
same wherever they return another tensor.

## Example
```python
w = torch.randn(3, requires_grad=True) * 0.1
loss = (w * w).sum()
loss.backward()
print(w.grad)
```

## Instead
```python
w = (torch.randn(3) * 0.1).requires_grad_()
loss = (w * w).sum()
loss.backward()
print(w.grad)
```

## When it is fine
A tensor that is only computed with, and whose gradient nobody asks for. `.to(...)` and `.cpu()` return the leaf itself
where nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gradsight.autograd.events import BackwardCalled, Event, GradRead, OptimizerBuilt
from gradsight.autograd.freed import freed_graphs
from gradsight.autograd.leaves import lost_behind, lost_leaf
from gradsight.autograd.values import Value
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import name_of, source
from gradsight.finding import Finding, Severity
from gradsight.repair import creation
from gradsight.syntax.uses import Use, use_of

CHECK = Check(
    code="GS105",
    name="leaf-lost-in-creation",
    severity=Severity.WARNING,
    message="{name} is the result of an op on the leaf that `{factory}` makes, so it is no leaf itself: the gradient "
    "goes to the leaf, which no name holds, and `{read}` is None.",
    variants={
        "optimizer": "{name} is the result of an op on the leaf that `{factory}` makes, so it is no leaf itself: "
        "the optimizer raises \"can't optimize a non-leaf Tensor\".",
        "repeated": "{name} is the result of an op on the leaf that `{factory}` makes, and is computed only once: "
        "`{read}` goes back through that op each time, and raises when it runs again.",
    },
    page=__doc__,
)

_RAISED = "non-leaf Tensor"


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Non-leaves that are taken for the leaf they were made of."""
    for event, value in _wishes(view):
        lost = lost_leaf(view.trace, value)
        if lost is None:
            continue
        made, op = lost
        place, factory = view.place(op), view.place(made)
        fix = creation.leaf_after(view.documents[place.path], factory, place)
        words: dict[str, Any] = {"name": name_of(view, value), "factory": source(view, factory)}
        variant, shown = _symptom(event, source(view, event))
        if variant != "optimizer":
            words["read"] = source(view, event)
        yield CHECK.finding(
            place, view.trace, made, op, event, variant=variant, severity=Severity.ERROR if variant else None,
            related=[view.related(event, shown)], fixes=[fix] if fix is not None else [], **words,
        )  # fmt: skip


def _symptom(event: Event, text: str) -> tuple[str | None, str]:
    """The variant of the message, and what to say where it shows."""
    if isinstance(event, OptimizerBuilt):
        return "optimizer", "the optimizer is given it here"
    if isinstance(event, BackwardCalled):
        return "repeated", f"`{text}` raises here when it runs again"
    return None, f"`{text}` is None"


def _wishes(view: View) -> Iterator[tuple[Event, Value]]:
    """Everything that takes a tensor for a leaf: optimizers, reads of `.grad` that are no mere question, and calls
    of backward that go through its creation again and again."""
    for event in view.trace.events:
        if isinstance(event, OptimizerBuilt):
            if view.trace.observed and _RAISED not in (event.raised or ""):
                continue
            yield from ((event, value) for value in event.parameters or () if not value.retains_grad)
        elif isinstance(event, GradRead) and event.has_grad is False and not event.value.retains_grad:
            found = view.found(event)
            if found is None or use_of(found) is not Use.GUARDED:
                yield event, event.value
    for freed in freed_graphs(view.trace, view.backwards):
        value = lost_behind(view.trace, freed.op)
        if value is not None:
            yield freed.call, value
