"""What an op has saved for its backward is changed through `.data`, so that the gradients come out wrong.

## What happens
Many ops keep a tensor that their backward computes with. If it is written in place, PyTorch notices by a version
counter and raises. `t.data` lies in the same memory and has a counter of its own: a write through it is not noticed,
`backward()` succeeds, and the gradients are computed with the new values, which are not those of the forward pass.

## Example
```python
w = torch.tensor([1.0, 2.0], requires_grad=True)
y = w.exp()
y.data.mul_(0.5)
y.sum().backward()
print(w.grad)
```

## Instead
```python
w = torch.tensor([1.0, 2.0], requires_grad=True)
y = w.exp()
y = y.mul(0.5)
y.sum().backward()
print(w.grad)
```

## When it is fine
Before anything is computed with the tensor, and after the backward: initialising, clipping weights after a step and
moving averages through `.data` are old style, and work.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.conflicts import Conflict, unnoticed
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import name_of, op_name, source
from gradsight.finding import Finding, Fix, Safety, Severity
from gradsight.repair.build import build
from gradsight.text import Place

CHECK = Check(
    code="GS304",
    name="data-written-behind-autograd",
    severity=Severity.WARNING,
    message="`{write}` changes {name} without autograd noticing, after `{op}` saved {saved} for its backward: {call} "
    "computes wrong gradients.",
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The writes through `.data` between a save and its backward."""
    told: set[Place] = set()
    for conflict in unnoticed(view.trace, view.backwards):
        write = conflict.write
        if (place := view.place(write)) in told:
            continue
        told.add(place)
        owner = owner_of(view, place)
        yield CHECK.finding(
            place,
            view.trace,
            conflict.node,
            write,
            conflict.backward,
            related=[
                view.related(conflict.node, f"`{op_name(conflict.node)}` saves it here"),
                view.related(conflict.backward, "computes with the changed values"),
            ],
            fixes=fixes(view, conflict, place),
            write=source(view, write),
            name=f"`{owner}`" if owner else name_of(view, conflict.saved.value),
            op=op_name(conflict.node),
            saved="its result" if conflict.saved.what == "result" else "it",
            call=f"`{source(view, conflict.backward)}`",
        )


def owner_of(view: View, place: Place) -> str | None:
    """The `y` of `y.data.mul_(2)`, `y.data[0] = 1` and `y.data *= 2`."""
    found = view.found(place)
    match found.node if found is not None else None:
        case ast.Call(func=ast.Attribute(value=inner)) | ast.AugAssign(target=inner) | ast.Assign(targets=[inner]):
            pass
        case _:
            return None
    while isinstance(inner, ast.Subscript):
        inner = inner.value
    if found is None or not isinstance(inner, ast.Attribute) or inner.attr != "data":
        return None
    return found.text(inner.value) if isinstance(inner.value, ast.Name | ast.Attribute) else None


def fixes(view: View, conflict: Conflict, place: Place) -> list[Fix]:
    """A new tensor under the same name: `y.data.mul_(2)` becomes `y = y.mul(2)`."""
    found, owner = view.found(place), owner_of(view, place)
    if found is None or owner is None or conflict.saved.value.is_leaf or not isinstance(found.parent, ast.Expr):
        return []
    match found.node:
        case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="data"), attr=method)) if method.endswith("_"):
            given = found.text().partition(f".{method}")[2]
        case _:
            return []
    text = f"{owner} = {owner}.{method[:-1]}{given}"
    fix = build(view.documents[place.path], "Compute a new tensor", Safety.CHANGES_TRAINING, [(place.range, text)])
    return [] if fix is None else [fix]
