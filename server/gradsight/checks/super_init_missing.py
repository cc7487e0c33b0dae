"""A module assigns sub-modules or parameters before `super().__init__()` has run.

## What happens
`nn.Module.__init__` makes the dictionaries in which a module keeps its parameters and sub-modules. Before it has run,
`self.layer = nn.Linear(...)` raises *cannot assign module before Module.__init__() call*. A constructor that never
calls it leaves a module that raises as soon as it is called or asked for its parameters.

## Example
```python
from torch import nn


class Net(nn.Module):
    def __init__(self, width):
        self.layer = nn.Linear(width, 1)
        super().__init__()


net = Net(4)
```

## Instead
```python
from torch import nn


class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layer = nn.Linear(width, 1)


net = Net(4)
```

## When it is fine
Plain values (numbers, strings, lists) may be set before, as `nn.Module` only cares about modules, parameters and
buffers.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.module_events import MemberSet, ModuleUsedUnready
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import source
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import statements
from gradsight.syntax.found import Found
from gradsight.text import Place

CHECK = Check(
    code="GS503",
    name="super-init-missing",
    severity=Severity.ERROR,
    message="`{statement}` raises: `{owner}` assigns {what} before `nn.Module.__init__` has run, which makes the place "
    "where modules and parameters are kept.",
    variants={
        "never": "The constructor of `{owner}` never calls `super().__init__()`: `{call}` raises, as nothing that a "
        "module needs was set up.",
    },
    page=__doc__,
    probe=False,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Members given to modules that are not ready for them, and modules that are used without being ready."""
    for event in view.trace.each(MemberSet):
        if event.ready or view.expects_error(event):
            continue
        place = view.place(event)
        calls = [view.related(event.calls[-1], f"`{event.owner}` is made here")] if event.calls else []
        yield CHECK.finding(
            place,
            view.trace,
            event,
            related=calls,
            fixes=_fixes(view, place),
            statement=source(view, event),
            owner=event.owner,
            what="a module" if event.form == "module" else "a parameter",
        )
    for used in view.trace.each(ModuleUsedUnready):
        place = view.place(used.built)
        if not view.expects_error(used):
            yield CHECK.finding(
                place, view.trace, used, variant="never", related=[view.related(used, "raises here")],
                fixes=_fixes(view, place), owner=used.type, call=source(view, used),
            )  # fmt: skip


def _fixes(view: View, place: Place) -> list[Fix]:
    found = view.documents[place.path].find(place.range)
    around = None if found is None else _constructor(found)
    if found is None or around is None or not isinstance(around.node, ast.FunctionDef):
        return []
    document = view.documents[place.path]
    body = around.node.body
    first = _first_but_docstring(body)
    call = next((statement for statement in body if _is_super_init(statement)), None)
    if call is None:
        fix = statements.insert_before(document, Place(place.path, around.range_of(first)), "super().__init__()")
    elif _reads(call) & _binds(body[: body.index(call)]):
        return []
    else:
        target = first if first is not call else found.statement
        fix = statements.move_before(
            document, Place(place.path, around.range_of(call)), Place(place.path, around.range_of(target))
        )
    return [fix] if fix is not None else []


def _constructor(found: Found) -> Found | None:
    """The function that holds a place, if it is a constructor."""
    for around in found.around():
        if isinstance(around.node, ast.FunctionDef):
            return around if around.node.name == "__init__" else None
    return None


def _first_but_docstring(body: list[ast.stmt]) -> ast.stmt:
    is_text = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    return body[1] if is_text and len(body) > 1 else body[0]


def _is_super_init(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="__init__"))):
            return True
    return False


def _reads(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _binds(body: list[ast.stmt]) -> set[str]:
    """The names that statements give a value."""
    nodes = [node for statement in body for node in ast.walk(statement)]
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
