"""A leaf that requires grad is written in place while grad mode is on.

## What happens
`w += ...`, `w.add_(...)`, `w[0] = ...`, or the same on a view of `w`, raises at once if `w` is a leaf that requires
grad: *a leaf Variable that requires grad is being used in an in-place operation*. The value that `backward()` would
fill `w.grad` for would be gone.

## Example
```python
w = torch.randn(3, requires_grad=True)
(w * w).sum().backward()
w -= 0.1 * w.grad
```

## Instead
```python
w = torch.randn(3, requires_grad=True)
(w * w).sum().backward()
with torch.no_grad():
    w -= 0.1 * w.grad
```
Where the changed value is part of the computation, and no update of `w`, make a new tensor: `w = w + shift`.

## When it is fine
Under `torch.no_grad()`, through `.data`, in `torch.nn.init`, on buffers and on leaves that do not require grad.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradsight.autograd.conflicts import leaf_under
from gradsight.autograd.events import GradRead, Mutated, Trace
from gradsight.autograd.values import Value
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import goes_on, name_of, source, written
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import in_place
from gradsight.text import Place

CHECK = Check(
    code="GS301",
    name="in-place-on-leaf",
    severity=Severity.ERROR,
    message="`{write}` writes {name} in place, a leaf that requires grad: PyTorch raises here, unless the write is "
    "done under `torch.no_grad()`.",
    variants={
        "view": "`{write}` writes into {name}, a leaf that requires grad, through a view of it: PyTorch raises here, "
        "unless the write is done under `torch.no_grad()`.",
    },
    page=__doc__,
)

_RAISED = "a leaf Variable that requires grad"


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The writes that PyTorch refuses."""
    told: set[Place] = set()
    for write in view.trace.each(Mutated):
        leaf = refused(view.trace, write)
        if leaf is None or view.expects_error(write) or goes_on(place := view.place(write), told):
            continue
        told.add(place)
        made = view.trace.maker(leaf)
        yield CHECK.finding(
            place,
            view.trace,
            write,
            variant=None if leaf.id == write.target.id else "view",
            related=[view.related(made, f"{name_of(view, leaf)} is made here")] if made is not None else [],
            fixes=fixes(view, place, is_update(view, write, leaf)),
            write=source(view, write),
            name=written(view, write) if leaf.id == write.target.id else name_of(view, leaf),
        )


def refused(trace: Trace, write: Mutated) -> Value | None:
    """The leaf that PyTorch protects from this write, if it does."""
    if not write.noticed or write.scope is not None or write.by_step is not None:
        return None
    if trace.observed and _RAISED not in (write.raised or ""):
        return None
    return leaf_under(trace, write.target)


def is_update(view: View, write: Mutated, leaf: Value) -> bool:
    """Whether the write looks like a step of training: it uses the gradient of a leaf."""
    place = view.place(write)
    return any(
        read.value.id == leaf.id and place.range.contains(view.place(read).range)
        for read in view.trace.each(GradRead)
        if read.site.path == write.site.path
    )


def fixes(view: View, place: Place, update: bool) -> list[Fix]:
    """For an update: under no_grad first; otherwise out of place first."""
    document = view.documents[place.path]
    protected, replaced = in_place.in_no_grad(document, place), in_place.out_of_place(document, place)
    ordered = (protected, replaced) if update or replaced is None else (replaced, protected)
    return [fix for fix in ordered if fix is not None]
