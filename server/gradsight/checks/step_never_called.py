"""Every pass computes gradients for an optimizer that never steps: no parameter moves.

## What happens
`backward()` only fills `.grad`. The parameters move in `optimizer.step()`; a scheduler's `step()` changes the learning
rate and nothing else. Without the optimizer's step the loss of every pass is that of the untrained model.

## Example
```python
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for batch in torch.randn(4, 5, 3):
    optimizer.zero_grad()
    loss = model(batch).pow(2).mean()
    loss.backward()
```

## Instead
```python
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for batch in torch.randn(4, 5, 3):
    optimizer.zero_grad()
    loss = model(batch).pow(2).mean()
    loss.backward()
    optimizer.step()
```

## When it is fine
If the gradients are what the program is after: it reads `.grad`, checks them or updates the parameters by hand. Also if
the optimizer is handed to code that steps it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.steps import Unstepped, unstepped
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import assigned_name, source
from gradsight.finding import Finding, Fix, Related, Severity
from gradsight.repair import statements
from gradsight.text import Place

CHECK = Check(
    code="GS604",
    name="step-never-called",
    severity=Severity.WARNING,
    message="`{backward}` fills the gradients in every pass, but {optimizer} never steps: no parameter moves.",
    variants={
        "schedule": "`{schedule}` changes only the learning rate; {optimizer} itself never steps, so no parameter "
        "moves.",
        "instead": "Where `{schedule}` runs, `{step}` does not: the learning rate changes, and no parameter moves.",
    },
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The loops without a step."""
    told: set[Place] = set()
    for lacking in unstepped(view.training):
        place = view.place(lacking.schedule or lacking.backward)
        if place in told or _uses_gradients(view, lacking):
            continue
        told.add(place)
        name = _name(view, lacking)
        optimizer = f"`{name}`" if name else "the optimizer"
        fix = _fix(view, lacking, place, name)
        words = {"backward": source(view, lacking.backward), "optimizer": optimizer}
        variant = None
        if lacking.schedule is not None:
            words, variant = {"schedule": source(view, place), "optimizer": optimizer}, "schedule"
            if lacking.elsewhere is not None:
                words, variant = {"schedule": source(view, place), "step": source(view, lacking.elsewhere)}, "instead"
        yield CHECK.finding(
            place,
            view.trace,
            lacking.backward,
            variant=variant,
            related=_related(view, lacking),
            fixes=[fix] if fix is not None else [],
            severity=None,
            certain=lacking.elsewhere is None,
            **words,
        )


def _uses_gradients(view: View, lacking: Unstepped) -> bool:
    """Whether the function may use the gradients of parameters that are not known."""
    if lacking.built is None or lacking.built.parameters is not None:
        return False
    found = view.found(lacking.built)
    around = [at.node for at in found.around()] if found is not None else []
    function = next((node for node in around if isinstance(node, ast.FunctionDef)), None)
    return function is None or any(
        isinstance(node, ast.Attribute) and node.attr in ("grad", "step") for node in ast.walk(function)
    )


def _related(view: View, lacking: Unstepped) -> list[Related]:
    found = [view.related(lacking.built, "the optimizer is made here")] if lacking.built is not None else []
    if lacking.schedule is not None:
        found.append(view.related(lacking.backward, "fills the gradients"))
    if lacking.elsewhere is not None:
        found.append(view.related(lacking.elsewhere, "steps only on the other way"))
    return found


def _name(view: View, lacking: Unstepped) -> str | None:
    """What the loop calls the optimizer."""
    cleared, built = lacking.cleared, lacking.built
    if cleared is not None and cleared.name and view.function(cleared) == view.function(lacking.backward):
        return cleared.name
    if built is None:
        return None
    name = assigned_name(view, built)
    same = view.function(built) in (view.function(lacking.backward), (view.place(built).path, -1))
    return name if same or (name or "").startswith("self.") else None


def _fix(view: View, lacking: Unstepped, place: Place, name: str | None) -> Fix | None:
    if name is None or lacking.elsewhere is not None:
        return None
    text = f"{name}.step()"
    backward = view.place(lacking.backward)
    if view.function(backward) != view.function(place):
        return None
    return statements.insert_after(view.documents[backward.path], backward, text, title=f"Insert `{text}`")
