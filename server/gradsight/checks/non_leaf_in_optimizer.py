"""An optimizer is given the result of a computation: PyTorch refuses it.

## What happens
An optimizer writes the tensors it holds, and takes their `.grad`. The result of an op on something that requires grad
is no leaf: `backward()` fills no gradient for it, so the constructor raises *can't optimize a non-leaf Tensor*. What is
to be optimized must be a leaf: an `nn.Parameter`, or the result cut from its history with `.detach()` and made a leaf
of its own.

## Example
```python
import torch
from torch import nn

encoder = nn.Linear(8, 3)
code = encoder(torch.randn(1, 8))
optimizer = torch.optim.Adam([code], lr=0.01)
```

## Instead
```python
import torch
from torch import nn

encoder = nn.Linear(8, 3)
code = encoder(torch.randn(1, 8)).detach().requires_grad_()
optimizer = torch.optim.Adam([code], lr=0.01)
```

## When it is fine
Tensors on which `retain_grad()` was called are accepted. Where the leaf was made in the same expression
(`torch.randn(3, requires_grad=True) * 0.1`), see leaf-lost-in-creation.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradsight.autograd.events import Applied, Event, OptimizerBuilt, Site
from gradsight.autograd.leaves import lost_leaf
from gradsight.autograd.values import Value
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import name_of, source
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import calls
from gradsight.text import Place

CHECK = Check(
    code="GS507",
    name="non-leaf-in-optimizer",
    severity=Severity.ERROR,
    message="`{op}` computes {name}, so it is no leaf: `{built}` raises \"can't optimize a non-leaf Tensor\".",
    page=__doc__,
)

_RAISED = "non-leaf Tensor"
_VIEWS = {
    "view", "reshape", "t", "T", "transpose", "permute", "squeeze", "unsqueeze", "flatten", "to", "cuda", "cpu",
    "double", "float", "half", "__getitem__", "expand", "data", "ravel", "mT",
}  # fmt: skip
"""Ops whose result stands for the tensor itself: what is meant to be optimized is that one."""


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Results of computations among what an optimizer is given."""
    told: set[Place] = set()
    for built in view.trace.each(OptimizerBuilt):
        if view.trace.observed and _RAISED not in (built.raised or ""):
            continue
        for value in built.parameters or ():
            op = maker_of(view, value)
            if op is None or view.expects_error(built):
                continue
            place = view.place(nearest(op, built))
            if place in told:
                continue
            told.add(place)
            fix = _fix(view, place, view.place(built), op)
            yield CHECK.finding(
                place, view.trace, op, built,
                related=[view.related(built, "raises here")], fixes=[fix] if fix is not None else [],
                op=source(view, place), name=named(view, place, value), built=source(view, built),
            )  # fmt: skip


def named(view: View, place: Place, value: Value) -> str:
    """The result by its name, if it has one that says more than the op does."""
    name = name_of(view, value)
    return "a new tensor" if name == f"`{source(view, place)}`" else name


def maker_of(view: View, value: Value) -> Applied | None:
    """The op that computed a non-leaf that PyTorch refuses; None where it is a leaf after all, or told elsewhere."""
    if value.is_leaf is not False or value.requires_grad is not True or value.retains_grad:
        return None
    maker = view.trace.maker(value)
    return maker if isinstance(maker, Applied) and maker.op != "join" and lost_leaf(view.trace, value) is None else None


def nearest(op: Event, built: Event) -> Event | Site:
    """The op as the code around the optimizer sees it: the call that leads to it, if it lies deeper."""
    depth = len(built.calls)
    if len(op.calls) > depth and op.calls[:depth] == built.calls:
        return op.calls[depth]
    return op


def _fix(view: View, place: Place, built: Place, op: Applied) -> Fix | None:
    """The result becomes a leaf of its own; no help where the tensor behind it was meant."""
    if built.range.contains(place.range) or op.op.rpartition(".")[2] in _VIEWS:
        return None
    return calls.append(view.documents[place.path], place, ".detach().requires_grad_()")
