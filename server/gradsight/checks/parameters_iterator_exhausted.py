"""A generator of parameters is gone through twice: the second time it gives nothing.

## What happens
`model.parameters()` is a generator: whatever goes through it to the end uses it up. An optimizer that is built from it
afterwards raises *optimizer got an empty parameter list*; clipping, freezing or a loop over it does nothing at all.

## Example
```python
import torch
from torch import nn

model = nn.Linear(4, 2)
params = model.parameters()
optimizer = torch.optim.SGD(params, lr=0.1)
loss = model(torch.randn(3, 4)).sum()
loss.backward()
torch.nn.utils.clip_grad_norm_(params, 1.0)
optimizer.step()
```

## Instead
```python
import torch
from torch import nn

model = nn.Linear(4, 2)
params = list(model.parameters())
optimizer = torch.optim.SGD(params, lr=0.1)
loss = model(torch.randn(3, 4)).sum()
loss.backward()
torch.nn.utils.clip_grad_norm_(params, 1.0)
optimizer.step()
```

## When it is fine
Each call of `parameters()` gives a new generator, and `next(model.parameters())` takes only the first.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from gradsight.autograd.events import OptimizerBuilt
from gradsight.autograd.module_events import IteratorExhausted
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import source
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import calls
from gradsight.text import Place

CHECK = Check(
    code="GS506",
    name="parameters-iterator-exhausted",
    severity=Severity.WARNING,
    message="`{made}` is a generator that `{first}` uses up: `{second}` finds no parameters in it and does nothing.",
    variants={
        "again": "`{made}` is a generator that `{first}` uses up in the first pass: in later ones it does nothing.",
        "raises": "`{made}` is a generator that `{first}` uses up: "
        "`{second}` raises \"optimizer got an empty parameter list\".",
    },
    page=__doc__,
    probe=False,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Generators of parameters with a second user."""
    empty = {(event.site, event.calls) for event in view.trace.each(OptimizerBuilt) if event.parameters == ()}
    told: set[Place] = set()
    for event in view.trace.each(IteratorExhausted):
        place = view.place(event.made)
        if place in told or view.expects_error(event):
            continue
        told.add(place)
        first, second = view.place(event.emptied), view.place(event)
        raises = event.by == "optimizer" and (event.site, event.calls) in empty
        variant = "raises" if raises else "again" if first == second else None
        words: dict[str, Any] = {"made": source(view, place), "first": user(view, first)}
        if variant != "again":
            words["second"] = user(view, second)
        shown = "raises here" if raises else "goes through it again" if first == second else "finds nothing in it"
        related = [view.related(first, "uses it up"), view.related(second, shown)]
        yield CHECK.finding(
            place, view.trace, event, variant=variant, severity=Severity.ERROR if raises else None,
            related=related, fixes=_list(view, place), **words,
        )  # fmt: skip


def user(view: View, place: Place) -> str:
    """What goes through the generator there: the call, loop or comprehension around its name."""
    found = view.found(place)
    if found is None or not isinstance(found.node, ast.Name | ast.Attribute):
        return source(view, place)
    for around in found.around():
        if isinstance(around.node, ast.For):
            return f"for {around.text(around.node.target)} in {found.text()}"
        if isinstance(around.node, ast.expr):
            return source(view, Place(place.path, around.range))
    return source(view, place)


def _list(view: View, place: Place) -> list[Fix]:
    """`model.parameters()` -> `list(model.parameters())`, `(p for p in ...)` -> `[p for p in ...]`."""
    document = view.documents[place.path]
    if isinstance(view.node(place), ast.GeneratorExp):
        text = view.text(place)
        inside = text[1:-1] if text.startswith("(") and text.endswith(")") else text
        fix = calls.replace(document, place, f"[{inside}]", title="Make it a list")
    else:
        fix = calls.wrap_in_call(document, place, "list")
    return [fix] if fix is not None else []
