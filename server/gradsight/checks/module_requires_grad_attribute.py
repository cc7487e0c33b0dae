"""`module.requires_grad = False` sets an attribute that nobody reads: nothing is frozen.

## What happens
A module has no property `requires_grad`. The assignment is accepted in silence, as Python accepts any attribute; the
parameters of the module keep requiring grad, `backward()` fills their gradients, and an optimizer that holds them goes
on training them. The method that reaches all parameters is `module.requires_grad_(False)`.

## Example
```python
from torch import nn

backbone = nn.Linear(8, 4)
backbone.requires_grad = False
```

## Instead
```python
from torch import nn

backbone = nn.Linear(8, 4)
backbone.requires_grad_(False)
```

## When it is fine
On tensors and parameters `requires_grad` is a real property: `for p in module.parameters(): p.requires_grad = False`
freezes. A class of your own may keep a setting under this name and read it itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradsight.autograd.events import RequiresGradSet, Stepped
from gradsight.autograd.module_events import ModuleFlagged
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import source
from gradsight.finding import Finding, Related, Severity
from gradsight.repair import statements

CHECK = Check(
    code="GS104",
    name="module-requires-grad-attribute",
    severity=Severity.WARNING,
    message="`{statement}` only sets an attribute that PyTorch never reads: the parameters of `{module}` go on "
    "requiring grad, so they are trained as before.",
    variants={
        "thaw": "`{statement}` only sets an attribute that PyTorch never reads: the parameters of `{module}` stay "
        "frozen.",
        "unknown": "`{statement}` only sets an attribute that PyTorch never reads: the parameters of `{module}` "
        "require grad or not as before.",
    },
    page=__doc__,
    probe=False,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Assignments to `requires_grad` of modules whose parameters are not as the assignment says."""
    for event in view.trace.each(ModuleFlagged):
        if not changes_nothing(view, event):
            continue
        place = view.place(event)
        fix = statements.assign_to_call(view.documents[place.path], place, "requires_grad_")
        yield CHECK.finding(
            place,
            view.trace,
            event,
            variant="unknown" if event.flag is None else "thaw" if event.flag else None,
            related=_trained(view, event),
            fixes=[fix] if fix is not None else [],
            statement=source(view, event),
            module=event.name,
        )


def changes_nothing(view: View, event: ModuleFlagged) -> bool:
    """Whether there are parameters that the assignment was meant for and that did not become what it says."""
    if not event.parameters:
        return not event.complete and event.flag is not True
    waiting = {value.id for value in event.parameters if value.requires_grad is not event.flag}
    if event.flag is True:
        waiting = {value.id for value in event.parameters if value.requires_grad is False}
    done = {later.value.id for later in view.trace.each(RequiresGradSet) if later.id > event.id}
    return not waiting <= done


def _trained(view: View, event: ModuleFlagged) -> list[Related]:
    """The step that trains what was to be frozen."""
    numbers = {value.id for value in event.parameters}
    for step in view.training.steps:
        if event.flag is False and step.event.id > event.id and numbers & (step.parameters or frozenset()):
            assert isinstance(step.event, Stepped)
            return [view.related(step.event, "trains them all the same")]
    return []
