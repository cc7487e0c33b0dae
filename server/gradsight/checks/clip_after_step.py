"""Gradients are clipped where it has no effect: before the backward, after the step, or while they are still scaled.

## What happens
`clip_grad_norm_` shrinks the gradients that are there when it is called. Before `backward()` there are none, or those
that a step has already used; after `step()` the parameters have moved by the full gradients. While a `GradScaler` has
multiplied the loss, the gradients are some ten thousand times too large, so clipping leaves only their direction.
Nothing raises.

## Example
```python
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for batch in torch.randn(4, 5, 3):
    optimizer.zero_grad()
    loss = model(batch).pow(2).mean()
    loss.backward()
    optimizer.step()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
```

## Instead
```python
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for batch in torch.randn(4, 5, 3):
    optimizer.zero_grad()
    loss = model(batch).pow(2).mean()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
```

## When it is fine
Between the backward and the step, after `scaler.unscale_(optimizer)` where there is a scaler, and before the step of
several accumulated passes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from gradsight.autograd.clipping import Misplaced, Why, misplaced
from gradsight.autograd.loop_events import ScalerCalled
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import source
from gradsight.finding import Finding, Fix, Related, Severity
from gradsight.repair import statements
from gradsight.text import Place

CHECK = Check(
    code="GS607",
    name="clip-after-step",
    severity=Severity.WARNING,
    message="`{clip}` comes after `{step}`, which has already moved the parameters by the gradients as they were.",
    variants={
        "before": "`{clip}` comes before `{backward}`: it finds no gradients of this pass, and `{step}` uses them as "
        "they are.",
        "others": "`{clip}` clips tensors that get no gradient from `{backward}`: what `{step}` uses is not clipped.",
        "scaled": "`{clip}` clips gradients that are still multiplied by the loss scale of `{scaler}`: nearly nothing "
        "is left of them once `{step}` divides by it.",
    },
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The clippings that do not reach the step."""
    for wrong in misplaced(view.training):
        place = view.place(wrong.clip)
        fix = _fix(view, wrong, place)
        words: dict[str, Any] = {"clip": source(view, place), "step": source(view, wrong.step)}
        if wrong.why in (Why.BEFORE, Why.OTHERS):
            words["backward"] = source(view, wrong.backward)
        if wrong.why is Why.SCALED and isinstance(wrong.step, ScalerCalled):
            words["scaler"] = wrong.step.name or "the scaler"
        yield CHECK.finding(
            place,
            view.trace,
            wrong.backward,
            wrong.clip,
            variant=None if wrong.why is Why.AFTER else wrong.why.value,
            related=_related(view, wrong),
            fixes=[fix] if fix is not None else [],
            **words,
        )


def _related(view: View, wrong: Misplaced) -> list[Related]:
    found = [view.related(wrong.backward, "gives the gradients")]
    if wrong.unscaling is not None:
        found.append(view.related(wrong.unscaling, "divides them by the loss scale, too late"))
    return [*found, view.related(wrong.step, "uses them")]


def _fix(view: View, wrong: Misplaced, place: Place) -> Fix | None:
    document = view.documents[place.path]
    moved = _with_condition(view, place)
    match wrong.why:
        case Why.BEFORE if view.function(place) == view.function(wrong.backward):
            return statements.move_after(document, moved, view.place(wrong.backward), title="Clip after the backward")
        case Why.BEFORE | Why.AFTER if view.function(place) == view.function(wrong.step):
            return statements.move_before(document, moved, view.place(wrong.step), title="Clip before the step")
        case Why.SCALED if wrong.unscaling is not None:
            if view.function(place) != view.function(wrong.unscaling):
                return None
            late = view.place(wrong.unscaling)
            return statements.move_after(document, moved, late, title="Clip after the gradients are unscaled")
        case Why.SCALED if isinstance(wrong.step, ScalerCalled) and view.function(place) == view.function(wrong.step):
            if wrong.step.name is not None and wrong.step.optimizer_name is not None:
                text = f"{wrong.step.name}.unscale_({wrong.step.optimizer_name})"
                return statements.insert_before(document, place, text, title=f"Insert `{text}`")
    return None


def _with_condition(view: View, place: Place) -> Place:
    """The clipping with the condition under which alone it stands."""
    found = view.found(place)
    if found is not None:
        for at in found.around():
            if isinstance(at.node, ast.If) and len(at.node.body) == 1 and not at.node.orelse:
                return Place(place.path, at.range)
            if isinstance(at.node, ast.stmt) and not isinstance(at.node, ast.Expr | ast.Assign):
                break
    return place
