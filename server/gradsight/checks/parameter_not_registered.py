"""A tensor that a module should train is no registered parameter: no optimizer ever gets it.

## What happens
A module registers an attribute as a parameter only if it is an `nn.Parameter` itself. A plain tensor with
`requires_grad=True`, the result of `nn.Parameter(...).to(...)` (which is a new tensor wherever `to` changes anything),
and parameters in a plain list get gradients, but `parameters()` leaves them out: the optimizer never changes them, and
`to(device)` and `state_dict()` do not reach them.

## Example
```python
import torch
from torch import nn


class Scale(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.factor = torch.ones(width, requires_grad=True)

    def forward(self, x):
        return x * self.factor
```

## Instead
```python
import torch
from torch import nn


class Scale(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.factor = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * self.factor
```

## When it is fine
A tensor that has an optimizer of its own or is updated by hand, an input whose gradient is asked for, and results that
a module keeps from one call to the next.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gradsight.autograd.wiring import Loose
from gradsight.checks.define import Check
from gradsight.checks.registering import buffer_call, is_deliberate, used_at, value_place, wrapped
from gradsight.checks.view import View
from gradsight.checks.words import source
from gradsight.finding import Finding, Fix, Related, Severity
from gradsight.repair import arguments, calls, combined, creation
from gradsight.text import Place

CHECK = Check(
    code="GS502",
    name="parameter-not-registered",
    severity=Severity.WARNING,
    message="`{name}` requires grad but is no `nn.Parameter`: `{owner}` does not register it, so `parameters()` leaves "
    "it out and no optimizer trains it.",
    variants={
        "moved": "`{op}` gives a new tensor (wherever anything changes), which is no `nn.Parameter`: `{owner}` does "
        "not register `{name}`, so `parameters()` leaves it out and no optimizer trains it.",
        "buffer": "`{name}` requires grad but is a buffer of `{owner}`: `parameters()` leaves it out and no optimizer "
        "trains it.",
        "container": "`{name}` is a plain {container}: `{owner}` does not register the parameters in it, so "
        "`parameters()` leaves them out and no optimizer trains them.",
    },
    page=__doc__,
    probe=False,
)

_COLLECTS = re.compile(r"optim|params|parameters|\.grad\b")
"""What the text of a method looks like that hands tensors to somebody who trains them."""


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Attributes that are trained through and registered nowhere."""
    for loose in view.wiring.unregistered():
        place = value_place(view, loose.given)
        if place is None or is_collected(view, place, loose.given.attribute):
            continue
        yield _finding(view, loose, place)
    for concealed in view.wiring.concealed():
        place = value_place(view, concealed.given)
        if concealed.hidden.holds != "parameters" or place is None or is_deliberate(view, place):
            continue
        if is_collected(view, place, concealed.given.attribute):
            continue
        yield CHECK.finding(
            place, view.trace, concealed.given, concealed.use, variant="container", related=used_at(view, concealed),
            fixes=wrapped(view, place, concealed, "ParameterList", "ParameterDict"), name=concealed.given.name,
            container=concealed.hidden.container, owner=concealed.given.owner,
        )  # fmt: skip


def _finding(view: View, loose: Loose, place: Place) -> Finding:
    given, maker = loose.given, view.trace.maker(loose.value)
    call = view.wiring.trains([loose.leaf.id])
    related: list[Related] = []
    if call is not None:
        related.append(view.related(call, "gives it a gradient that no optimizer uses"))
    if buffer_call(view, given) is not None:
        return CHECK.finding(
            place, view.trace, given, variant="buffer", related=related, name=given.name, owner=given.owner
        )
    if loose.value.is_leaf or maker is None:
        return CHECK.finding(
            place, view.trace, given, related=related, fixes=_as_parameter(view, place, loose),
            name=given.name, owner=given.owner,
        )  # fmt: skip
    return CHECK.finding(
        place, view.trace, given, variant="moved", related=related, fixes=_as_parameter(view, place, loose),
        name=given.name, owner=given.owner, op=source(view, maker),
    )  # fmt: skip


def _as_parameter(view: View, place: Place, loose: Loose) -> list[Fix]:
    """`torch.ones(3, requires_grad=True)` -> `nn.Parameter(torch.ones(3))`; `.to(d)` moves into the brackets."""
    document = view.documents[place.path]
    maker = view.trace.maker(loose.leaf)
    if maker is None or maker.site.path != place.path:
        return []
    factory = view.place(maker)
    if not loose.value.is_leaf:
        fix = creation.leaf_after(document, factory, place) if place.range.contains(factory.range) else None
    elif factory == place:
        fix = combined(
            document,
            "Make it an `nn.Parameter`",
            arguments.drop_keyword(document, place, "requires_grad"),
            calls.wrap_in_call(document, place, "torch.nn.Parameter"),
        )
    else:
        fix = calls.wrap_in_call(document, place, "torch.nn.Parameter")
    return [fix] if fix is not None else []


def is_collected(view: View, place: Place, attribute: str) -> bool:
    """Whether another method of the class seems to hand the attribute to an optimizer, or to look at its gradient."""
    found = view.documents[place.path].find(place.range)
    classes = [around for around in found.around() if isinstance(around.node, ast.ClassDef)] if found else []
    for around in classes[:1]:
        assert isinstance(around.node, ast.ClassDef)
        for method in around.node.body:
            if isinstance(method, ast.FunctionDef) and method.name not in ("__init__", "forward"):
                text = around.text(method)
                if re.search(rf"\bself\.{re.escape(attribute)}\b", text) and _COLLECTS.search(text):
                    return True
    return False
