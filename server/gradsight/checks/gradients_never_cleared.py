"""Steps are made with gradients that nobody clears: each step uses the sum of all gradients so far.

## What happens
`backward()` adds to `.grad`; it does not replace it. Unless somebody clears the gradients between two steps, the
second step moves the parameters by the old gradient plus the new one, the third by the sum of three. Nothing raises;
training diverges or wanders.

## Example
```python
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for batch in torch.randn(4, 5, 3):
    loss = model(batch).pow(2).mean()
    loss.backward()
    optimizer.step()
```

## Instead
```python
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for batch in torch.randn(4, 5, 3):
    loss = model(batch).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
```

## When it is fine
To sum the gradients of several batches before one step. Any way to clear counts: `optimizer.zero_grad()`,
`model.zero_grad()`, `p.grad = None`, `p.grad.zero_()`, at the start or at the end of the loop, here or in a function
that is called.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.events import Mutated, Stepped
from gradsight.autograd.loops import Pileup, pileups
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import source, written
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import statements
from gradsight.text import Place

CHECK = Check(
    code="GS601",
    name="gradients-never-cleared",
    severity=Severity.WARNING,
    message="`{backward}` adds to the gradients that `{step}` has already used: nobody clears them in between, so the "
    "next step uses their sum.",
    page=__doc__,
)


_HARMLESS = ("step", "train", "eval", "parameters", "named_parameters", "state_dict")
"""Methods of a model or optimizer that clear no gradient."""


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The backward passes that add to used gradients."""
    told: set[Place] = set()
    for pileup in pileups(view.training):
        place = view.place(pileup.backward)
        if place in told or not (pileup.known or nobody_could_clear(view, pileup, place)):
            continue
        told.add(place)
        fix = clearing(view, pileup, place)
        yield CHECK.finding(
            place,
            view.trace,
            pileup.first,
            pileup.backward,
            pileup.second,
            related=[view.related(pileup.second, "steps with the sum")],
            fixes=[fix] if fix is not None else [],
            certain=pileup.known,
            backward=source(view, pileup.backward),
            step=source(view, pileup.first),
        )


def nobody_could_clear(view: View, pileup: Pileup, place: Place) -> bool:
    """Whether nothing in the loop touches a `.grad`, or hands the optimizer, or a model that is called there, to code
    that cannot be seen."""
    found = view.documents[place.path].find(place.range)
    loop = next((at for at in found.around() if isinstance(at.node, ast.For | ast.While)), None) if found else None
    if loop is None or not isinstance(pileup.second, Stepped) or pileup.second.name is None:
        return False
    if any(isinstance(node, ast.Attribute) and node.attr == "grad" for node in ast.walk(loop.node)):
        return False
    made = [node for node in ast.walk(loop.node) if isinstance(node, ast.Call)]
    watched = {loop.text(node.func) for node in made} | {pileup.second.name, "self"}
    for node in made:
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if any(loop.text(part) in watched for part in given if isinstance(part, ast.Name | ast.Attribute)):
            return False
        receiver = loop.text(node.func.value) if isinstance(node.func, ast.Attribute) else None
        if receiver in watched - {"self"} and getattr(node.func, "attr", "") not in _HARMLESS:
            return False
    return True


def clearing(view: View, pileup: Pileup, place: Place) -> Fix | None:
    """`optimizer.zero_grad()` before the backward; behind the step where the optimizer is not known by that name.
    The gradient of a leaf that is updated by hand is dropped behind the update."""
    step = view.place(pileup.second)
    if isinstance(pileup.second, Mutated):
        text = f"{written(view, pileup.second).strip('`')}.grad = None"
        return statements.insert_after(view.documents[step.path], step, text, title=f"Insert `{text}`")
    if pileup.second.name is None:
        return None
    text = f"{pileup.second.name}.zero_grad()"
    title = f"Insert `{text}`"
    if view.function(place) == view.function(step):
        return statements.insert_before(view.documents[place.path], place, text, title=title)
    return statements.insert_after(view.documents[step.path], step, text, title=title)
