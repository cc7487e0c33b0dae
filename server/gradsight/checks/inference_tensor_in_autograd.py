"""A tensor that was made under `inference_mode` is needed for a backward.

## What happens
`torch.inference_mode()` is faster than `torch.no_grad()` because its tensors do without version counters. They can
therefore not be kept for a backward: an op that has to save one raises *RuntimeError: Inference tensors cannot be saved
for backward*, be it features that were computed once and go through a trained layer, or a mask that is multiplied with
something that requires grad. Leaving the block does not change what its tensors are.

## Example
```python
backbone, head = nn.Linear(4, 3), nn.Linear(3, 1)
with torch.inference_mode():
    features = backbone(torch.randn(5, 4))
loss = head(features).pow(2).mean()
loss.backward()
```

## Instead
```python
backbone, head = nn.Linear(4, 3), nn.Linear(3, 1)
with torch.no_grad():
    features = backbone(torch.randn(5, 4))
loss = head(features).pow(2).mean()
loss.backward()
```

## When it is fine
For evaluation, and for tensors that no op has to keep: adding one or selecting with one works, and so does a
`.clone()` that is made outside of the block.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradsight.autograd.events import Applied, Mode, Mutated, Scope
from gradsight.autograd.values import Value
from gradsight.checks import grad_scope
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import name_of, source
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import calls
from gradsight.text import Place

CHECK = Check(
    code="GS209",
    name="inference-tensor-in-autograd",
    severity=Severity.ERROR,
    message="{tensor} is made under `{scope}`, so it cannot be kept for a backward: `{use}` raises, because it has to "
    "save it.",
    page=__doc__,
)

_MESSAGE = "Inference tensors cannot be saved for backward"


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The scopes whose tensors are needed by autograd."""
    scopes = [scope for scope in view.trace.each(Scope) if scope.mode is Mode.INFERENCE]
    if not scopes:
        return
    told: set[Place] = set()
    for event in view.trace.each(Applied):
        value = refused(view, event)
        scope = None if value is None else scope_of(view, value, scopes)
        if value is None or scope is None or view.expects_error(event):
            continue
        place = grad_scope.header(view, scope)
        if place in told:
            continue
        told.add(place)
        maker = view.trace.maker(value)
        related = [view.related(maker, f"{name_of(view, value)} is made here")] if maker is not None else []
        yield CHECK.finding(
            place,
            view.trace,
            scope,
            event,
            related=[*related, view.related(event, "raises here: it has to save an inference tensor")],
            fixes=fixes(view, scope),
            tensor=name_of(view, value),
            scope=source(view, scope),
            use=source(view, event),
        )


def refused(view: View, event: Applied) -> Value | None:
    """The inference tensor that this op would have to save."""
    if view.trace.observed:
        if _MESSAGE not in (event.raised or ""):
            return None
        return next((value for value in event.inputs if value.is_inference), None)
    if isinstance(event, Mutated) or not any(output.requires_grad is True for output in event.outputs):
        return None
    return next((saved.value for saved in event.saved if saved.value.is_inference), None)


def scope_of(view: View, value: Value, scopes: list[Scope]) -> Scope | None:
    """The scope in which a value was made."""
    maker = view.trace.maker(value)
    if isinstance(maker, Applied) and maker.scope is not None:
        scope = view.trace[maker.scope]
        if isinstance(scope, Scope) and scope.mode is Mode.INFERENCE:
            return scope
    return next((scope for scope in reversed(scopes) if maker is None or scope.id < maker.id), None)


def fixes(view: View, scope: Scope) -> list[Fix]:
    """`no_grad` instead."""
    place = view.place(scope)
    fix = calls.replace_callee(view.documents[place.path], place, "torch.no_grad")
    return [] if fix is None else [fix]
