"""A loop validates in evaluation mode and never goes back: from the second pass on it trains without dropout.

## What happens
`model.eval()` stays in force until somebody calls `model.train()`. Where that call stands before the loop and not in
it, only the first pass trains as it should. After it, dropout drops nothing and batch normalisation neither uses the
batch nor learns from it. Nothing raises; the model overfits, or gets worse.

## Example
```python
model = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.5), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
model.train()
for epoch in range(5):
    loss = model(torch.randn(4, 3)).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    model.eval()
    with torch.no_grad():
        print(model(torch.randn(4, 3)).mean())
```

## Instead
```python
model = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.5), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(5):
    model.train()
    loss = model(torch.randn(4, 3)).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    model.eval()
    with torch.no_grad():
        print(model(torch.randn(4, 3)).mean())
```

## When it is fine
`eval()` before the whole loop, to fine-tune with fixed statistics; `eval()` of some layers in every pass; a model in
which no layer cares about the mode.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.modes import LeftInEval, left_in_eval
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import source
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import statements
from gradsight.syntax.found import Found
from gradsight.text import Place

CHECK = Check(
    code="GS606",
    name="training-in-eval-mode",
    severity=Severity.WARNING,
    message="`{switch}` stays in force, and nothing calls `train()` before the next pass: from then on `{backward}` "
    "trains {model} without dropout and with fixed batch statistics.",
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The switches that are never taken back."""
    for left in left_in_eval(view.training):
        place = view.place(left.switch)
        fix = _fix(view, left)
        related = [view.related(left.train, "is put into training mode only here")] if left.train is not None else []
        yield CHECK.finding(
            place,
            view.trace,
            left.first,
            left.switch,
            related=[*related, view.related(left.later, "trains in evaluation mode from the second pass on")],
            fixes=[fix] if fix is not None else [],
            certain=left.switch.varies is True,
            switch=source(view, place),
            backward=source(view, left.later),
            model=f"`{left.switch.name}`" if left.switch.name else "the model",
        )


def _fix(view: View, left: LeftInEval) -> Fix | None:
    """`model.train()` at the start of the outermost loop around both."""
    backward = view.place(left.later)
    body = _common_loop(view, left)
    if body is None:
        return None
    name = _name_there(view, left, body)
    if name is None:
        return None
    first = body.node.body[0] if isinstance(body.node, ast.For | ast.AsyncFor | ast.While) else None
    if first is None:
        return None
    text = f"{name}.train()"
    where = Place(backward.path, body.range_of(first))
    return statements.insert_before(view.documents[backward.path], where, text, title=f"Insert `{text}`")


def _common_loop(view: View, left: LeftInEval) -> Found | None:
    """The outermost loop that holds the training and the switch, or the calls that lead to them, in one function."""
    here = [left.later.site, *reversed(left.later.calls)]
    there = [left.switch.site, *reversed(left.switch.calls)]
    for site in here:
        if site.path not in view.documents:
            continue
        place = view.place(site)
        function = view.function(place)
        others = [view.place(other) for other in there if other.path in view.documents]
        same = [other for other in others if view.function(other) == function]
        if not same:
            continue
        found = view.documents[place.path].find(place.range)
        loops: list[Found] = []
        for at in found.around() if found is not None else ():
            if isinstance(at.node, ast.FunctionDef | ast.AsyncFunctionDef):
                break
            if isinstance(at.node, ast.For | ast.AsyncFor | ast.While) and at.range.contains(same[0].range):
                loops.append(at)
        return loops[-1] if loops and place.path == view.place(left.later).path else None
    return None


def _name_there(view: View, left: LeftInEval, loop: Found) -> str | None:
    """What the function with the loop calls the model."""
    function = view.function(Place(view.place(left.later).path, loop.range))
    for event in (left.train, left.switch):
        if event is not None and event.name and view.function(event) == function:
            return event.name
    name = left.switch.name
    named = name is not None and any(
        isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) == name for node in ast.walk(loop.node)
    )
    return name if named else None
