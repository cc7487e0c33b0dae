"""A parameter is rebound to a value computed from it: the name no longer holds the leaf.

## What happens
`w = w - lr * w.grad` does not change the leaf: it computes a new tensor, which is no leaf, and `backward()` never
fills the gradient of one. On the next pass `w.grad` is None. Under `torch.no_grad()` the new tensor does not even
require grad, and the next `backward()` raises. An optimizer goes on updating the old leaf, which nobody uses any
more.

## Example
```python
w = torch.randn(3, requires_grad=True)
for _ in range(2):
    loss = (w * w).sum()
    loss.backward()
    w = w - 0.1 * w.grad
```

## Instead
```python
w = torch.randn(3, requires_grad=True)
for _ in range(2):
    loss = (w * w).sum()
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
    w.grad = None
```

## When it is fine
If the result is made a leaf again (`.detach().requires_grad_()`), if gradients are asked for with
`torch.autograd.grad`, which also gives those of other tensors than leaves, and for inputs that are changed on their
way through a model.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradsight.autograd.cuts import NO_GRAD_RAISED
from gradsight.autograd.events import Applied, Event, GradRead, Rebound, RequiresGradSet, Stepped
from gradsight.autograd.leaves import is_update
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import source
from gradsight.finding import Finding, Related, Severity
from gradsight.repair import in_place
from gradsight.text import Place

CHECK = Check(
    code="GS508",
    name="parameter-rebound",
    severity=Severity.WARNING,
    message="`{assignment}` rebinds `{name}` to a new tensor that is no leaf: `{symptom}` finds no gradient there.",
    variants={
        "raises": "Under no_grad `{assignment}` rebinds `{name}` to a new tensor that does not require grad: "
        "`{symptom}` raises.",
        "optimizer": "`{assignment}` rebinds `{name}` to a new tensor that is no leaf: `{symptom}` goes on updating "
        "the old one.",
    },
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The rebindings whose gradient, or whose training, somebody counts on."""
    made_leaf = {event.value.id for event in view.trace.each(RequiresGradSet) if event.flag is not False}
    told: set[Place] = set()
    for rebound in view.trace.each(Rebound):
        if rebound.new.is_leaf is not False and rebound.new.requires_grad is not False:
            continue
        if rebound.new.id in made_leaf or rebound.old.id not in view.origins(rebound.new):
            continue
        place = view.place(rebound)
        symptom = symptom_of(view, rebound)
        if symptom is None or place in told:
            continue
        told.add(place)
        variant, event = symptom
        fix = in_place.in_no_grad(view.documents[place.path], place)
        yield CHECK.finding(
            place,
            view.trace,
            rebound,
            event,
            variant=variant,
            severity=Severity.ERROR if variant == "raises" else None,
            related=[*made_at(view, rebound), view.related(event, "shows here")],
            fixes=[fix] if fix is not None else [],
            assignment=source(view, rebound),
            name=rebound.name,
            symptom=source(view, event),
        )


def symptom_of(view: View, rebound: Rebound) -> tuple[str | None, Event] | None:
    """Where the lost leaf shows, and the variant of the message that says so; None if nothing depends on it."""
    later = [event for event in view.trace.events if event.id > rebound.id]
    for call, graph in view.backwards:
        if call.id > rebound.id and any(cut.id == rebound.new.made_by for cut in graph.cuts):
            raises = NO_GRAD_RAISED in (call.raised or "") if view.trace.observed else True
            if raises and all(root.requires_grad is False for root in call.roots):
                return "raises", call
    if is_update(view.trace, rebound):
        for event in later:
            if isinstance(event, GradRead) and event.value.id == rebound.new.id and event.has_grad is False:
                return None, event
    if rebound.old.id in view.training.stepped:
        for event in later:
            if isinstance(event, Stepped) and is_left_behind(view, rebound, event):
                return "optimizer", event
    return None


def is_left_behind(view: View, rebound: Rebound, step: Stepped) -> bool:
    """Whether the program goes on with the new tensor after a step, and never comes back to the leaf."""
    used = {value.id for event in view.trace.each(Applied) if event.id > step.id for value in event.inputs}
    again = {value.id for event in view.trace.each(Applied) if event.id > rebound.id for value in event.inputs}
    return rebound.new.id in used and rebound.old.id not in again


def made_at(view: View, rebound: Rebound) -> list[Related]:
    """Where the leaf came from."""
    made = view.trace.maker(rebound.old)
    return [view.related(made, "the leaf is made here")] if made is not None else []
