"""`forward` writes an input in place and does not tell autograd through `ctx.mark_dirty`.

## What happens
`forward` runs unseen by autograd, so it must say itself which inputs it changed. Unmarked, the input keeps its old
history: whoever uses it after the call computes with the new numbers and differentiates as if it held the old ones, and
the gradients are wrong without an error.

## Example
```python
class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        x.mul_(2)
        return x

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * 2


w = torch.ones(3, requires_grad=True)
h = w * 3
(Doubled.apply(h) + h).sum().backward()
```

## Instead
```python
class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        x.mul_(2)
        ctx.mark_dirty(x)
        return x

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * 2


w = torch.ones(3, requires_grad=True)
h = w * 3
(Doubled.apply(h) + h).sum().backward()
```

## When it is fine
Writing to a copy, to an input that does not require grad, or to one that is marked and returned.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradsight.autograd.function_events import FunctionWrote
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import name_of
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import in_place, statements
from gradsight.text import Place

CHECK = Check(
    code="GS804",
    name="function-mutates-unmarked",
    severity=Severity.WARNING,
    message="`forward` of `{function}` writes its input {value} in place without `ctx.mark_dirty`: autograd does not "
    "know, so gradients through what uses {value} afterwards are wrong without an error.",
    page=__doc__,
    probe=False,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Writes to inputs that carry gradients."""
    seen: set[Place] = set()
    for event in view.trace.each(FunctionWrote):
        place = view.place(event)
        if place in seen or event.value.requires_grad is not True:
            continue
        seen.add(place)
        yield CHECK.finding(
            place, view.trace, event,
            related=[view.related(event.applied, f"gets {name_of(view, event.value)} here")],
            fixes=_fixes(view, event, place), function=event.function, value=name_of(view, event.value),
        )  # fmt: skip


def _fixes(view: View, event: FunctionWrote, place: Place) -> list[Fix]:
    document = view.documents[place.path]
    name = event.parameter
    found = view.found(place)
    mark: Fix | None = None
    if event.returned and name is not None and name.isidentifier() and found is not None:
        mark = statements.insert_after(
            document, place, f"ctx.mark_dirty({name})", title=f"Mark it: `ctx.mark_dirty({name})`"
        )
    return [fix for fix in (mark, in_place.out_of_place(document, place)) if fix is not None]
