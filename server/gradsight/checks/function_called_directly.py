"""A `torch.autograd.Function` is used without `apply`, so its `backward` is never asked.

## What happens
Only `F.apply(...)` makes a node of the graph whose gradient is what `F.backward` says. `F.forward(...)` is a plain
call: autograd differentiates the ops in its body instead, and where these have no gradient (`round`, `sign`), there is
none. An object of the class (`F()(x)`) is an old style that PyTorch refuses with a `RuntimeError`.

## Example
```python
class RoundThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.round()

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output


x = torch.rand(3, requires_grad=True)
RoundThrough.forward(None, x).sum().backward()
```

## Instead
```python
class RoundThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.round()

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output


x = torch.rand(3, requires_grad=True)
RoundThrough.apply(x).sum().backward()
```

## When it is fine
Where nothing requires grad, and inside of another function's `forward` that lends the body of this one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.function_events import FunctionCalled
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.finding import Finding, Fix, Safety, Severity
from gradsight.repair import build
from gradsight.text import Place, Range

CHECK = Check(
    code="GS802",
    name="function-called-directly",
    severity=Severity.WARNING,
    message="`{call}` runs the body of `{function}` as plain code: its `backward` is never asked, and autograd "
    "differentiates the ops in the body instead. Only `{function}.apply(...)` makes a node of it.",
    page=__doc__,
    variants={
        "instance": "`{call}` calls an object of `{function}`: PyTorch raises, functions are used through "
        "`{function}.apply(...)`."
    },
    probe=False,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Calls of functions that do not go through `apply`."""
    seen: set[Place] = set()
    for event in view.trace.each(FunctionCalled):
        place = view.place(event)
        instance = event.form == "instance"
        if place in seen or view.expects_error(event) or (instance and not event.is_static):
            continue  # one that is not static is told where it is defined
        if not instance and event.tracked is not True:
            continue
        seen.add(place)
        found = view.found(place)
        fix = _fix(view, event, place)
        called = found.node if found is not None else None
        text = found.text(called.func) if found and isinstance(called, ast.Call) else view.text(place)
        yield CHECK.finding(
            place, view.trace, event, variant="instance" if instance else None,
            severity=Severity.ERROR if instance else None, fixes=[fix] if fix is not None else [],
            call=f"{text}(...)", function=event.function,
        )  # fmt: skip


def _fix(view: View, event: FunctionCalled, place: Place) -> Fix | None:
    """`F.forward(None, x)` and `F()(x)` become `F.apply(x)`."""
    found = view.found(place)
    match found.node if found is not None else None:
        case ast.Call(func=ast.Call(func=name, args=[], keywords=[]) as made):
            start, kept = made, found.text(name) if found else ""
            drop = False
        case ast.Call(func=ast.Attribute(value=name, attr="forward") as start, args=[first, *_]):
            kept, drop = found.text(name) if found else "", True
            if ast.unparse(first) not in ("None", "ctx"):
                return None
        case _:
            return None
    if found is None or not isinstance(found.node, ast.Call):
        return None
    changes = [(found.range_of(start), f"{kept}.apply")]
    if drop:
        args = found.node.args
        end = found.range_of(args[1]).start if len(args) > 1 else found.range_of(args[0]).end
        changes.append((Range(found.range_of(args[0]).start, end), ""))
    title = f"Use `{kept}.apply`"
    return build.build(view.documents[place.path], title, Safety.CHANGES_TRAINING, changes)
