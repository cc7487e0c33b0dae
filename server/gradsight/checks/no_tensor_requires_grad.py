"""Gradients are asked of a value behind which no tensor requires grad.

## What happens
`backward()` walks the graph from the loss back to the tensors that require grad. Where there is none, there is no
graph, and PyTorch raises: *element 0 of tensors does not require grad and does not have a grad_fn*. It never leaves
`.grad` at None in silence here. `torch.autograd.grad` raises likewise, also where only the tensor whose gradient is
asked for does not require grad.

Tensors that you create do not require grad unless you say so; parameters of modules do.

## Example
```python
x = torch.tensor([1.0, 2.0, 3.0])
loss = (x * x).sum()
loss.backward()
```

## Instead
```python
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
loss = (x * x).sum()
loss.backward()
```

## When it is fine
One tensor behind the loss that requires grad is enough: data and constants need no gradient.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gradsight.autograd.events import BackwardCalled
from gradsight.autograd.graph import behind
from gradsight.autograd.starts import Start, meant_starts
from gradsight.autograd.values import Value
from gradsight.checks.define import Check
from gradsight.checks.freezing import frozen_at
from gradsight.checks.unstarted import (
    frozen_model,
    is_asked,
    never_started,
    starts_behind,
    switched_off,
    without_graph,
)
from gradsight.checks.view import View
from gradsight.checks.words import listed, name_of, source
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import creation
from gradsight.text import Place

CHECK = Check(
    code="GS101",
    name="no-tensor-requires-grad",
    severity=Severity.ERROR,
    message="{name} is made without `requires_grad=True`, and nothing else behind {root} requires grad: "
    "`{call}` raises.",
    variants={
        "said": "{name} is made with `requires_grad=False`, and nothing else behind {root} requires grad: "
        "`{call}` raises.",
        "several": "`{call}` raises: none of the tensors behind {root} requires grad ({names}).",
        "nothing": "`{call}` raises: nothing that {root} is computed from requires grad.",
        "switched off": "`{switch}` switches off all that required grad behind {root}: `{call}` raises.",
        "asked": "`{call}` raises: it asks for the gradient of {root}, and {name} does not require grad.",
    },
    page=__doc__,
)

_INPUT_RAISED = "One of the differentiated Tensors does not require grad"


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The calls that have nothing to differentiate."""
    for call, found in view.backwards:
        root = without_graph(view, call, found)
        wanted = [root] if root is not None else list(_untracked_inputs(view, call))
        if wanted and not view.expects_error(call):
            unfrozen = [value for value in wanted if root is None or not frozen_model(view, value)]
            yield from (_finding(view, call, value, asked_for=root is None) for value in unfrozen)


def _untracked_inputs(view: View, call: BackwardCalled) -> Iterator[Value]:
    """What `autograd.grad` is asked the gradient of though it does not require grad."""
    if call.api != "grad" or (view.trace.observed and _INPUT_RAISED not in (call.raised or "")):
        return
    for wanted in call.inputs or ():
        if wanted.requires_grad is False and never_started(behind(view.trace, wanted)):
            yield wanted


def _finding(view: View, call: BackwardCalled, root: Value, *, asked_for: bool) -> Finding:
    starts = starts_behind(view, root)
    frozen = [start for start in starts if start.value.requires_grad]
    fresh = [start for start in starts if start not in frozen]
    meant = meant_starts(fresh, [start.value.id for start in fresh if is_asked(view, start.value)])
    switches = {frozen_at(view, event): event for start in frozen for event in switched_off(view, start)}
    words: dict[str, Any] = {"call": source(view, call), "root": name_of(view, root)}
    shown = [view.related(call, f"`{words['call']}` raises here")]
    if len(switches) == 1 and not any(is_asked(view, start.value) for start in meant):
        place, event = next(iter(switches.items()))
        if place != view.place(event):
            shown.insert(0, view.related(event, f"`{source(view, event)}` switches it off"))
        return CHECK.finding(
            place, view.trace, event, call, variant="switched off", related=shown,
            switch=source(view, place), **words,
        )  # fmt: skip
    if len(meant) == 1:
        (start,) = meant
        words["name"] = name_of(view, start.value)
        variant = "asked" if asked_for else "said" if start.explicit is False else None
        return CHECK.finding(
            cause(view, start), view.trace, start.event, call, variant=variant, related=shown,
            fixes=_fixes(view, [start]), **words,
        )  # fmt: skip
    named = meant or [start for start in starts if start.value.name]
    if not named:
        return CHECK.finding(view.place(call), view.trace, call, variant="nothing", **words)
    return CHECK.finding(
        view.place(call), view.trace, *(start.event for start in named), call, variant="several",
        related=view.in_order((start.event, f"{name_of(view, start.value)} is made here") for start in named),
        fixes=_fixes(view, meant), names=listed(view, [start.value for start in named]), **words,
    )  # fmt: skip


def cause(view: View, start: Start) -> Place:
    """The keyword that says `requires_grad=False` where it is written, else the whole call that makes the tensor."""
    place = view.place(start.event)
    keyword = view.keyword(place, "requires_grad")
    return place if keyword is None else keyword


def _fixes(view: View, starts: Sequence[Start]) -> list[Fix]:
    """All that are meant are let require grad at once."""
    places = [view.place(start.event) for start in starts]
    if len({place.path for place in places}) != 1:
        return []
    fix = creation.let_require_grad(view.documents[places[0].path], places)
    return [fix] if fix is not None else []
