"""An optimizer steps, but nobody has called `backward()`.

## What happens
`step()` uses the gradients that `backward()` has left in `.grad`. Where there is none it skips the parameter and says
nothing: the loop runs, the loss is printed, and no weight moves. The same happens where `backward()` is there and is
never reached, behind a `break` or `continue` that was meant for a test.

## Example
```python
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for batch in torch.randn(4, 5, 3):
    optimizer.zero_grad()
    loss = model(batch).pow(2).mean()
    optimizer.step()
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
If something else fills `.grad`: a closure that is given to `step()`, a framework, your own code.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gradsight.autograd.events import Applied
from gradsight.autograd.unfed import Unfed, unfed_steps
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import assigned_name, name_of, source
from gradsight.document import Document
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import statements
from gradsight.syntax.found import Found
from gradsight.syntax.unreached import Unreached, unreached_calls
from gradsight.text import Place

CHECK = Check(
    code="GS404",
    name="backward-never-called",
    severity=Severity.WARNING,
    message="`{step}` changes nothing: {loss} is computed, but nobody calls `backward()` on it.",
    variants={
        "unreached": "`{stop}` ends this before `{call}`, which is never reached: nothing is trained here.",
    },
    page=__doc__,
)

_OWN_GRADIENT = re.compile(r"\.grad\s*=(?!=)|\.grad\.(?:copy_|add_|data)|\bsetattr\(")


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Steps without a backward, and backwards that nobody reaches."""
    yield from _unreached(view)
    told: set[Place] = set()
    for unfed in unfed_steps(view.trace, view.training):
        place = view.place(unfed.step)
        if place in told or _is_filled_otherwise(view, unfed, place):
            continue
        told.add(place)
        maker = view.trace.maker(unfed.loss)
        fix = _inserted(view, unfed, place)
        yield CHECK.finding(
            place, view.trace, unfed.step,
            related=[view.related(maker, "the loss is computed here")] if isinstance(maker, Applied) else [],
            fixes=[fix] if fix is not None else [], certain=unfed.step.parameters is not None,
            step=source(view, place), loss=name_of(view, unfed.loss),
        )  # fmt: skip


def _is_filled_otherwise(view: View, unfed: Unfed, place: Place) -> bool:
    """Whether the step is given a closure, or the text writes gradients itself, or names another backward there."""
    found = view.found(place)
    if found is None or not isinstance(found.node, ast.Call) or found.node.args or found.node.keywords:
        return True
    if any(_OWN_GRADIENT.search(document.text) for document in view.documents.values()):
        return True
    around = next((each for each in found.around() if isinstance(each.node, ast.FunctionDef)), None)
    text = around.text() if around is not None else view.documents[place.path].text
    return unfed.step.parameters is None and "backward" in text


def _inserted(view: View, unfed: Unfed, place: Place) -> Fix | None:
    """`loss.backward()` before the step."""
    maker = view.trace.maker(unfed.loss)
    if maker is None or maker.calls != unfed.step.calls or (name := assigned_name(view, maker)) is None:
        return None
    made, step = view.found(maker), view.found(place)
    if made is None or step is None or made.block is not step.block:
        return None
    text = f"{name}.backward()"
    return statements.insert_before(view.documents[place.path], place, text, title=f"Insert `{text}`")


def _unreached(view: View) -> Iterator[Finding]:
    for path, placed in view.statements:
        if ".backward(" not in placed.chunk.text:
            continue
        document = view.documents[path]
        tops = (Found(statement, (), document.lines, placed.line) for statement in placed.chunk.body)
        for dead in unreached_calls(tops, "backward"):
            if _ran_near(view, document, dead):
                stop = Place(document.path, dead.stop.range)
                fix = _freed(document, dead, stop)
                yield CHECK.finding(
                    stop, view.trace, variant="unreached",
                    related=[view.related(Place(document.path, dead.call.range), "is never reached")],
                    fixes=[fix] if fix is not None else [], stop=source(view, stop), call=dead.call.text(),
                )  # fmt: skip


def _ran_near(view: View, document: Document, dead: Unreached) -> bool:
    """Whether something with a graph was computed in the block before it ends."""
    around = dead.around.range
    for event in view.trace.each(Applied):
        sites = [site for site in (*event.calls, event.site) if site.path == document.path]
        if any(around.contains(view.place(site).range) for site in sites):
            return any(value.requires_grad is not False for value in event.outputs)
    return False


def _freed(document: Document, dead: Unreached, stop: Place) -> Fix | None:
    """A `break` or `continue` goes; a `return` moves to the end of its block."""
    if not isinstance(dead.stop.node, ast.Return):
        return statements.remove_statement(document, stop)
    last = Place(document.path, dead.last.range)
    return statements.move_after(document, stop, last, title="Return at the end")


