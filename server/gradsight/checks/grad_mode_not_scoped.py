"""Grad mode is switched where it does not count, or stays switched where it should not.

## What happens
`torch.no_grad()` makes an object and switches nothing: only `with torch.no_grad():` or the decorator enters it. As a
statement of its own it has no effect, and everything below it is recorded. `with torch.no_grad:`, without the call,
raises *TypeError: 'type' object does not support the context manager protocol*. `torch.set_grad_enabled(False)` is the
other way round: it acts at once, for the whole program, until somebody switches back.

## Example
```python
@torch.no_grad()
def accuracy(model, inputs, labels):
    return (model(inputs).argmax(1) == labels).float().mean()


def predict(model, inputs):
    model.eval()
    torch.no_grad()
    return model(inputs).softmax(1)
```

## Instead
```python
@torch.no_grad()
def accuracy(model, inputs, labels):
    return (model(inputs).argmax(1) == labels).float().mean()


def predict(model, inputs):
    model.eval()
    with torch.no_grad():
        return model(inputs).softmax(1)
```

## When it is fine
A program that only evaluates may switch grad mode off once for all, and whoever switches it back on may switch it as
a statement.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gradsight.autograd.events import BackwardCalled, Event, Mode, Scope, ScopeForm
from gradsight.autograd.scope_events import ModeNotEntered
from gradsight.checks import grad_scope
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import source
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import append_call, combined, remove_statement, wrap_statements
from gradsight.text import Place

CHECK = Check(
    code="GS210",
    name="grad-mode-not-scoped",
    severity=Severity.WARNING,
    message="`{mode}` as a statement switches nothing: it counts only in `with {mode}:`, so what follows here is "
    "computed as if it were not there.",
    variants={
        "not called": "`{mode}` is not called, so `with` has nothing to enter and raises a TypeError.",
        "left on": "`{mode}` stays in force after `{function}` has returned: nothing that is computed later has a "
        "history, and {call} raises then.",
    },
    page=__doc__,
    probe=False,
)

_SWITCHED_BACK = re.compile(r"set_grad_enabled\(\s*(?!False\s*\))|\benable_grad\b|mode\s*=\s*True")


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Modes that are not entered, and switches that are left on."""
    told: set[Place] = set()
    for event in view.trace.each(ModeNotEntered):
        if (place := view.place(event)) in told:
            continue
        told.add(place)
        called = isinstance(view.node(place), ast.Call)
        yield CHECK.finding(
            place,
            view.trace,
            event,
            variant="not called" if event.in_with else None,
            severity=Severity.ERROR if event.in_with else Severity.WARNING,
            fixes=fixes(view, event, place),
            mode=source(view, place) if called or event.in_with else f"{source(view, place)}()",
        )
    yield from left_on(view)


def left_on(view: View) -> Iterator[Finding]:
    """Methods that switch grad mode off for good, in classes that train elsewhere."""
    blamed = {scope.site for blame in view.blames if (scope := grad_scope.scope_of(view, blame)) is not None}
    calls = [(call, owner) for call in view.trace.each(BackwardCalled) if (owner := method_of(view, call)) is not None]
    told: set[Place] = set()
    for scope in view.trace.each(Scope):
        owner = method_of(view, scope) if scope.form is ScopeForm.CALL and scope.mode is Mode.SWITCHED_OFF else None
        if owner is None or scope.site in blamed or scope.calls or (place := view.place(scope)) in told:
            continue
        trained = next((call for call, other in calls if other[0] == owner[0] and other[1] != owner[1]), None)
        if trained is None or _SWITCHED_BACK.search(view.documents[place.path].lines.text):
            continue
        told.add(place)
        yield CHECK.finding(
            place,
            view.trace,
            scope,
            variant="left on",
            certain=False,
            related=[view.related(trained, "has nothing to go back through afterwards")],
            mode=source(view, place),
            function=owner[1],
            call=f"`{source(view, trained)}`",
        )


def method_of(view: View, event: Event) -> tuple[str, str] | None:
    """The class and the method in whose text something happens."""
    found = view.found(event)
    around = [each.node for each in found.around()] if found is not None else []
    function = next((node for node in around if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)), None)
    owner = next((node for node in around if isinstance(node, ast.ClassDef)), None)
    return (owner.name, function.name) if function is not None and owner is not None else None


def fixes(view: View, event: ModeNotEntered, place: Place) -> list[Fix]:
    """`with` around the rest of the block; the call where only that is missing."""
    document, found = view.documents[place.path], view.found(place)
    if event.in_with:
        fix = append_call(document, place, title="Call it")
        return [] if fix is None else [fix]
    if found is None or not isinstance(found.node, ast.Call):
        return []
    block = found.block
    if block is None or found.statement not in block:
        return []
    rest = [Place(place.path, found.range_of(each)) for each in block[block.index(found.statement) + 1 :]]
    if not rest or any(re.search(r"backward|\.step\(|\.fit\(|train", view.text(each)) for each in rest):
        return []
    header = f"with {found.text(found.node)}:"
    wrapped = wrap_statements(document, header, *rest)
    fix = combined(document, f"Put the rest in `{header}`", remove_statement(document, place), wrapped)
    return [] if fix is None else [fix]

