"""A GradScaler is called in an order in which it cannot work: the step is made past it, or its update is missing.

## What happens
`scaler.scale(loss)` multiplies the loss, so all gradients are too large by the same factor (65536 at first).
`scaler.step(optimizer)` divides them again and skips the step where they have overflowed; `optimizer.step()` does
neither. `scaler.update()` ends each pass: without it the next `scaler.step()` raises, and so does a second
`unscale_()` of the same optimizer. Without `scale()` there is nothing to undo, and `step()` raises.

## Example
```python
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scaler = torch.amp.GradScaler("cpu")
for batch in torch.randn(4, 5, 3):
    optimizer.zero_grad()
    loss = model(batch).pow(2).mean()
    scaler.scale(loss).backward()
    optimizer.step()
```

## Instead
```python
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scaler = torch.amp.GradScaler("cpu")
for batch in torch.randn(4, 5, 3):
    optimizer.zero_grad()
    loss = model(batch).pow(2).mean()
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
```

## When it is fine
With `enabled=False` the scaler does nothing at all. After `scaler.unscale_(optimizer)` the gradients are as they should
be, though `scaler.step` still skips what has overflowed. Several optimizers share one `update()`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.scaling import Fault, Misused, misused
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import source
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import build, calls, statements
from gradsight.text import Place

_TEXTS = {
    Fault.PLAIN_STEP: "fills the gradients of the scaled loss",
    Fault.UNSCALED_TWICE: "unscales them first",
    Fault.NO_UPDATE: "steps without an update",
    Fault.NEVER_SCALED: "starts from a loss that was not scaled",
}

CHECK = Check(
    code="GS608",
    name="scaler-misused",
    severity=Severity.WARNING,
    message="`{step}` uses gradients of the scaled loss as they are, too large by the loss scale: only "
    "`{scaler}.step(...)` divides them by it.",
    variants={
        "unscaled twice": "`{step}` raises: the gradients of this optimizer were unscaled before, and there was no "
        "`{scaler}.update()` since.",
        "no update": "After `{step}` comes no `{scaler}.update()`, so the same call raises in the next pass.",
        "never scaled": "`{step}` raises: `{scaler}.scale(...)` was never called, so there is no loss scale.",
    },
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The calls that are out of order."""
    told: set[Place] = set()
    for wrong in misused(view.training):
        place = view.place(wrong.event)
        if place in told:
            continue
        told.add(place)
        fix = _fix(view, wrong, place)
        raises = wrong.fault is not Fault.PLAIN_STEP and wrong.scaler.enabled is True
        yield CHECK.finding(
            place,
            view.trace,
            wrong.before,
            wrong.event,
            variant=None if wrong.fault is Fault.PLAIN_STEP else wrong.fault.value,
            severity=Severity.ERROR if raises else Severity.WARNING,
            related=[] if view.place(wrong.before) == place else [view.related(wrong.before, _TEXTS[wrong.fault])],
            fixes=[fix] if fix is not None else [],
            step=source(view, place),
            scaler=wrong.scaler.name or "scaler",
        )


def _fix(view: View, wrong: Misused, place: Place) -> Fix | None:
    document = view.documents[place.path]
    scaler = wrong.scaler.name
    if scaler is None:
        return None
    update = f"{scaler}.update()"
    match wrong.fault:
        case Fault.PLAIN_STEP:
            found = view.found(place)
            node = found.node if found is not None else None
            if found is None or not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                return None
            if node.args or node.keywords or view.function(wrong.scaler) != view.function(place):
                return None
            text = f"{scaler}.step({found.text(node.func.value)})"
            fix = calls.replace(document, place, text, title=f"Step with `{text}`")
            if wrong.has_update:
                return fix
            more = statements.insert_after(document, place, update)
            return build.combined(document, f"Step with `{text}` and update the scale", fix, more)
        case Fault.UNSCALED_TWICE:
            return statements.remove_statement(document, place, title=f"Remove `{source(view, place)}`")
        case Fault.NO_UPDATE:
            return statements.insert_after(document, place, update, title=f"Insert `{update}`")
        case Fault.NEVER_SCALED:
            call = view.place(wrong.before)
            found = view.found(call)
            node = found.node if found is not None else None
            if found is None or not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                return None
            loss = node.func.value
            text = f"{scaler}.scale({found.text(loss)})"
            where = Place(call.path, found.range_of(loss))
            return calls.replace(view.documents[call.path], where, text, title=f"Scale the loss with `{text}`")
    return None
