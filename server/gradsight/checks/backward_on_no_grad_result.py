"""The loss was computed while grad mode was off, so `backward()` on it raises.

## What happens
Under `torch.no_grad()`, `torch.inference_mode()` and after `torch.set_grad_enabled(False)` PyTorch records nothing:
results do not require grad, whatever they are computed from. `backward()` on such a result raises *element 0 of
tensors does not require grad and does not have a grad_fn*. The scope may be a block, a decorator of the function that
was called, or a switch that was left off.

## Example
```python
model = nn.Linear(3, 1)
with torch.no_grad():
    loss = model(torch.randn(5, 3)).pow(2).mean()
loss.backward()
```

## Instead
```python
model = nn.Linear(3, 1)
loss = model(torch.randn(5, 3)).pow(2).mean()
loss.backward()
```

## When it is fine
For evaluation, for targets, for updates by hand and for moving averages, whose results nobody calls `backward()` on.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.cuts import Blame
from gradsight.autograd.events import Applied, Cut, Event, Scope, ScopeForm
from gradsight.autograd.graph import flow
from gradsight.checks.blame import related
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import name_of, source
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import grad_mode
from gradsight.text import Place, Position, Range

CHECK = Check(
    code="GS201",
    name="backward-on-no-grad-result",
    severity=Severity.ERROR,
    message="{root} is computed under `{scope}`, where no history is recorded: it does not require grad, and {call} "
    "raises.",
    variants={
        "switch": "`{scope}` is still in force where {root} is computed, so no history is recorded: it does not "
        "require grad, and {call} raises.",
    },
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The scopes in which the root of a backward lost its history."""
    told: set[Place] = set()
    for blame in view.blames:
        scope = scope_of(view, blame)
        if scope is None or not blame.raises or view.expects_error(blame.call):
            continue
        if (place := header(view, scope)) in told:
            continue
        told.add(place)
        yield CHECK.finding(
            place,
            view.trace,
            blame.cut,
            blame.call,
            variant="switch" if scope.form is ScopeForm.CALL else None,
            related=[view.related(blame.cut, "computed here without history"), *related(view, blame)],
            fixes=fixes(view, blame, scope),
            root=name_of(view, blame.call.roots[0]),
            scope=source(view, scope),
            call=f"`{source(view, blame.call)}`",
        )


def scope_of(view: View, blame: Blame) -> Scope | None:
    """The scope that had grad mode off where the history was lost."""
    if blame.kind is not Cut.GRAD_MODE or not isinstance(blame.cut, Applied) or blame.cut.scope is None:
        return None
    scope = view.trace[blame.cut.scope]
    return scope if isinstance(scope, Scope) else None


def header(view: View, scope: Scope) -> Place:
    """`with torch.no_grad()` of a block, the decorator with its `@`, the call that switched the mode."""
    place = view.place(scope)
    found = view.found(place)
    if found is None:
        return place
    if scope.form is ScopeForm.DECORATOR:
        at = found.lines.text.rfind("@", 0, found.lines.offset(place.range.start))
        return Place(place.path, Range(found.lines.position(max(at, 0)), place.range.end))
    block = found.statement
    if scope.form is ScopeForm.WITH and isinstance(block, ast.With | ast.AsyncWith):
        start = found.range_of(block).start
        last = block.items[-1].optional_vars or block.items[-1].context_expr
        return Place(place.path, Range(start, _closed(view, place.path, found.range_of(last).end)))
    return place


def _closed(view: View, path: str, end: Position) -> Position:
    """Behind the parenthesis that may enclose the items of a `with`."""
    lines = view.documents[path].lines
    offset = lines.offset(end)
    colon = lines.text.find(":", offset)
    closing = lines.text.rfind(")", offset, colon)
    return lines.position(closing + 1) if closing >= 0 else end


def fixes(view: View, blame: Blame, scope: Scope) -> list[Fix]:
    """Move out of the block what the loss needs; take the decorator or the switch away."""
    place = view.place(scope)
    document = view.documents[place.path]
    needed = tuple(dict.fromkeys(statements_inside(view, blame, scope, place)))
    fix = grad_mode.move_out(document, place, needed) or grad_mode.move_out(document, place)
    return [] if fix is None else [fix]


def statements_inside(view: View, blame: Blame, scope: Scope, place: Place) -> Iterator[Place]:
    """Where, as seen from the block, the ops stand through which the gradient would flow."""
    found = view.found(place)
    if scope.form is not ScopeForm.WITH or found is None:
        return
    block = Place(place.path, found.range_of(found.statement))
    for root in blame.call.roots:
        for event in flow(view.trace, blame.cut, root):
            if isinstance(event, Applied) and event.scope is not None:
                yield from _seen_from(view, event, block)


def _seen_from(view: View, event: Event, block: Place) -> Iterator[Place]:
    for site in (*event.calls, event.site):
        if site.path == block.path and block.range.contains((inside := view.place(site)).range):
            yield inside
            return
