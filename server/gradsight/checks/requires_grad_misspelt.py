"""An attribute or keyword that was meant to be `requires_grad`, under a name that PyTorch does not know.

## What happens
Python lets you set any attribute on a tensor. `x.require_grad = True` is accepted in silence, and `x.requires_grad`
stays as it was: nothing is tracked, or nothing is frozen. `x.requires_grad_ = True` replaces the method of that name,
and `x.requires_grad == True` only compares. A misspelt keyword (`torch.ones(3, require_grad=True)`) raises a TypeError.

## Example
```python
x = torch.ones(3)
x.require_grad = True
```

## Instead
```python
x = torch.ones(3)
x.requires_grad = True
```

## When it is fine
Attributes of your own classes may be called what you like, and so may attributes of tensors that are no attempt at
`requires_grad`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from gradsight.autograd.events import AttributeSet
from gradsight.autograd.spelling import is_attempt
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import arguments, calls, statements
from gradsight.syntax.found import Found
from gradsight.text import Place, Position, Range

CHECK = Check(
    code="GS103",
    name="requires-grad-misspelt",
    severity=Severity.WARNING,
    message="PyTorch knows no `{written}`: this sets an attribute that nothing reads, and `requires_grad` of `{name}` "
    "stays as it is.",
    variants={
        "compare": "`{written}` only compares: `requires_grad` of `{name}` stays as it is.",
        "method": "`{name}.requires_grad_` is a method: assigning to it replaces the method, and `requires_grad` stays "
        "as it is.",
        "module": "PyTorch knows no `{written}`: this sets an attribute that nothing reads, and the parameters of "
        "`{name}` keep their `requires_grad`.",
        "keyword": "PyTorch knows no keyword `{written}`, so this call raises a TypeError: `requires_grad` is meant.",
    },
    page=__doc__,
    probe=False,
)

_RIGHT = "requires_grad"


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Attempts at `requires_grad` that are none."""
    for event in view.trace.each(AttributeSet):
        if event.form == "compare":
            yield _comparison(view, event)
        elif is_attempt(event.attribute):
            finding = _keyword(view, event) if event.form == "keyword" else _assignment(view, event)
            if finding is not None:
                yield finding


def _comparison(view: View, event: AttributeSet) -> Finding:
    place = view.place(event)
    fix = statements.compare_to_assign(view.documents[place.path], place)
    return CHECK.finding(
        place, view.trace, event, variant="compare", fixes=_some(fix), written=view.text(place), name=event.name or "it"
    )


def _assignment(view: View, event: AttributeSet) -> Finding | None:
    place = view.place(event)
    found = view.found(place)
    target = _target(found.node, event.attribute) if found is not None else None
    if found is None or target is None:
        return None
    end = found.range_of(target).end
    word = Place(place.path, Range(Position(end.line, end.column - len(event.attribute)), end))
    name = event.name or found.text(target.value)
    if event.receiver == "module":
        return _module(view, event, found, word, name)
    variant = "method" if event.attribute == "requires_grad_" else None
    words: dict[str, Any] = {} if variant else {"written": event.attribute}
    fix = calls.rename_attribute(view.documents[place.path], place, _RIGHT)
    return CHECK.finding(word, view.trace, event, variant=variant, fixes=_some(fix), name=name, **words)


def _module(view: View, event: AttributeSet, found: Found, word: Place, name: str) -> Finding | None:
    """On a module only an obvious switch counts: modules have attributes of their own, set by their own classes."""
    statement = found.node
    value = statement.value if isinstance(statement, ast.Assign) else None
    if name == "self" or not (isinstance(value, ast.Constant) and isinstance(value.value, bool)):
        return None
    fix = statements.assign_to_call(view.documents[word.path], Place(word.path, found.range), "requires_grad_")
    return CHECK.finding(
        word, view.trace, event, variant="module", fixes=_some(fix), written=event.attribute, name=name
    )


def _target(node: ast.AST, attribute: str) -> ast.Attribute | None:
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign | ast.AugAssign):
        targets = [node.target]
    for target in targets:
        for part in ast.walk(target):
            if isinstance(part, ast.Attribute) and part.attr == attribute:
                return part
    return None


def _keyword(view: View, event: AttributeSet) -> Finding:
    place = view.place(event)
    start = place.range.start
    word = Place(place.path, Range(start, Position(start.line, start.column + len(event.attribute))))
    found = view.documents[place.path].find(place.range)
    call = next((around for around in found.around() if isinstance(around.node, ast.Call)), None) if found else None
    fix = None
    if call is not None:
        document = view.documents[place.path]
        fix = arguments.rename_keyword(document, Place(place.path, call.range), event.attribute, _RIGHT)
    return CHECK.finding(
        word, view.trace, event, variant="keyword", severity=Severity.ERROR, fixes=_some(fix), written=event.attribute
    )


def _some(fix: Fix | None) -> list[Fix]:
    return [fix] if fix is not None else []
