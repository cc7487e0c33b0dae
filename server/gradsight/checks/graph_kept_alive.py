"""Each pass of a loop adds a tensor with its graph to something that lasts: all the graphs stay in memory.

## What happens
A tensor that requires grad holds the graph that it came from. `total += loss` makes `total` such a tensor, whose
graph goes back through every loss so far; `losses.append(loss)` keeps each graph by its last result. `backward()`
frees what the graphs had saved, but not their nodes; without a `backward()` all the activations stay as well. Memory
grows with every pass, and nothing raises until there is none left.

## Example
```python
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
total = 0.0
for batch in torch.randn(50, 5, 3):
    loss = model(batch).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    total += loss
print(total / 50)
```

## Instead
```python
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
total = 0.0
for batch in torch.randn(50, 5, 3):
    loss = model(batch).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    total += loss.item()
print(total / 50)
```

## When it is fine
When a backward goes through what was gathered: `sum(losses).backward()`, the log-probabilities of an episode, several
losses that are added up before one step. Also for what was detached, computed under `no_grad`, and for a few passes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gradsight.autograd.events import Applied, Event
from gradsight.autograd.graph import behind
from gradsight.autograd.keeping import Keeping, Keepings
from gradsight.autograd.loop_events import Kept
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import source
from gradsight.finding import Finding, Fix, Related, Severity
from gradsight.repair import calls
from gradsight.syntax.found import Found
from gradsight.text import Place

_FREED = "`{backward}` frees what these graphs had saved, but their nodes pile up."
_WHOLE = "Each of them holds all that it has saved for a backward."
_MANY = 20
_MANY_SEEN = 10
"""So many passes without any training around look like a loop over data; of a run often only the first are seen."""

CHECK = Check(
    code="GS605",
    name="graph-kept-alive",
    severity=Severity.WARNING,
    message="`{statement}` keeps the graph of every pass in memory: {what} still carries its history, and no backward "
    "goes through {into}. {held}",
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The places where graphs pile up."""
    keepings = Keepings(view.trace, view.backwards)
    told: set[Place] = set()
    for keeping in keepings.each():
        last = keeping.events[-1]
        pile = _pile_at(view, last)
        if pile is None or (place := view.place(last)) in told:
            continue
        if not _is_meant(view, keepings, keeping, pile) or _is_read(view, keepings, keeping, pile):
            continue
        told.add(place)
        yield _finding(view, keeping, pile)


class _Pile:
    """What the statement says: into what, and which expression is added."""

    def __init__(self, found: Found, into: ast.expr, added: ast.expr) -> None:
        self.found, self.into, self.added = found, into, added
        self.is_single = False
        if isinstance(added, ast.List | ast.Tuple) and len(added.elts) == 1 and isinstance(found.node, ast.AugAssign):
            self.added, self.is_single = added.elts[0], True
        base = into
        while isinstance(base, ast.Subscript):
            base = base.value
        self.is_attribute = isinstance(base, ast.Attribute)
        self.name = base.attr if isinstance(base, ast.Attribute) else base.id if isinstance(base, ast.Name) else ""


def _pile_at(view: View, event: Event) -> _Pile | None:
    found = view.found(event)
    if found is None:
        return None
    match found.node:
        case ast.AugAssign(target=into, value=added):
            return _Pile(found, into, added)
        case ast.Call(args=[ast.List(elts=parts) | ast.Tuple(elts=parts), *_]) if isinstance(event, Applied):
            parent = found.parent
            if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
                into = parent.targets[0]
                others = [part for part in parts if ast.unparse(part) != ast.unparse(into)]
                if len(others) == 1 and isinstance(into, ast.Name | ast.Attribute):
                    return _Pile(found, into, others[0])
        case ast.Call(func=ast.Attribute(value=into), args=[*_, added]) if not isinstance(event, Applied):
            return _Pile(found, into, added)
        case ast.Assign(targets=[ast.Subscript(value=into)], value=added) if not isinstance(event, Applied):
            return _Pile(found, into, added)
        case ast.BinOp(left=left, right=right):
            parent = found.parent
            if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
                into = parent.targets[0]
                wanted = ast.unparse(into)
                sides = [side for side in (left, right) if not _holds(side, wanted)]
                if len(sides) == 1 and isinstance(into, ast.Name | ast.Attribute | ast.Subscript):
                    return _Pile(found, into, sides[0])
    return None


def _holds(node: ast.AST, wanted: str) -> bool:
    return any(isinstance(part, ast.expr) and ast.unparse(part) == wanted for part in ast.walk(node))


# --- whether it is a mistake -------------------------------------------------------------------


def _is_meant(view: View, keepings: Keepings, keeping: Keeping, pile: _Pile) -> bool:
    """Whether the loop trains on what it adds, or else runs a model over much data and only shows the result."""
    if keeping.call is not None:
        return True
    if keeping.alone is not None or _inside_forward(pile.found):
        return False
    if not any(leaf.is_parameter for leaf in behind(view.trace, *keeping.values).leaves.values()):
        return False
    if keeping.container is not None and pile.is_attribute:
        return True
    few = keeping.passes is not None and keeping.passes < (_MANY_SEEN if view.trace.observed else _MANY)
    return not few and keepings.are_apart(keeping)


def _inside_forward(found: Found) -> bool:
    functions = (at.node for at in found.around() if isinstance(at.node, ast.FunctionDef | ast.AsyncFunctionDef))
    return any(function.name in ("forward", "__call__") for function in functions)


def _is_read(view: View, keepings: Keepings, keeping: Keeping, pile: _Pile) -> bool:
    """Whether a backward goes, or may go, through what was read from the container."""
    if keeping.container is None or not pile.name:
        return False
    name = re.compile(rf"\b{re.escape(pile.name)}\b")
    reading = {
        event.id
        for event in view.trace.each(Applied)
        if event.site != keeping.events[-1].site and name.search(view.text(event))
    }
    if keepings.goes_through(reading) or keepings.escapes(reading):
        return True
    return keepings.is_unclear_after(keeping.events[0]) and not _only_shown(view, pile)


_SHOWS = {"print", "len", "float", "str", "format", "round", "sum", "min", "max", "sorted", "repr", "mean", "average"}
_ADDS = {"append", "add", "extend", "insert", "appendleft", "clear", "pop", "popleft"}
_NUMBERS = {"item", "tolist"}
_OF_TENSORS = {"detach", "cpu", "numpy", "data", "backward", "mean", "sum", "stack", "cat", "tensor", "clone", "to"}


def _uses(view: View, pile: _Pile) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...]]]:
    """Where the document reads the container or the sum, with the nodes around, nearest first."""
    for _, placed in view.statements:
        for statement in placed.chunk.body:
            yield from _named_in(statement, (), pile.name)


def _named_in(
    node: ast.AST, around: tuple[ast.AST, ...], name: str
) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...]]]:
    named = (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name)
    if named and isinstance(node.ctx, ast.Load):  # type: ignore[attr-defined]
        yield node, around
    for child in ast.iter_child_nodes(node):
        yield from _named_in(child, (node, *around), name)


def _only_shown(view: View, pile: _Pile) -> bool:
    """Whether the document does nothing with the name but add to it and show it."""
    return all(_shows(node, around) for node, around in _uses(view, pile))


def _shows(node: ast.AST, around: tuple[ast.AST, ...]) -> bool:
    child = node
    for parent in around:
        match parent:
            case ast.Attribute(attr=attr):
                if attr in _ADDS or attr in _NUMBERS:
                    return True
            case ast.Call() if child is not parent.func:
                callee = parent.func
                name = callee.id if isinstance(callee, ast.Name) else getattr(callee, "attr", "")
                return name in _SHOWS or (isinstance(callee, ast.Attribute) and _is_shown_by(callee))
            case ast.FormattedValue() | ast.Expr() | ast.Compare():
                return True
            case ast.BinOp() | ast.Subscript() | ast.keyword() | ast.JoinedStr() | ast.Slice() | ast.UnaryOp():
                pass
            case _:
                return False
        child = parent
    return False


def _is_shown_by(callee: ast.Attribute) -> bool:
    owner = callee.value
    return isinstance(owner, ast.Name) and owner.id in ("np", "numpy", "plt", "statistics", "math")


# --- how it is told ----------------------------------------------------------------------------


def _finding(view: View, keeping: Keeping, pile: _Pile) -> Finding:
    last = keeping.events[-1]
    into, added = pile.found.text(pile.into), pile.found.text(pile.added)
    related: list[Related] = []
    if last.calls and not _in_loop(pile.found):
        related.append(view.related(last.calls[-1], "is called in every pass"))
    if keeping.call is not None:
        related.append(view.related(keeping.call, f"goes through the graph of this pass, but not through `{into}`"))
    freed = keeping.call is not None and keeping.call.retain_graph is False
    held = _FREED.format(backward=source(view, keeping.call)) if freed and keeping.call is not None else _WHOLE
    fix = _fix(view, keeping, pile)
    return CHECK.finding(
        view.place(last),
        view.trace,
        *keeping.events,
        related=related,
        fixes=[fix] if fix is not None else [],
        statement=source(view, _statement(view, last, pile)),
        what=f"`{_short(added)}`",
        into=f"`{into}`",
        held=held,
    )


def _in_loop(found: Found) -> bool:
    """Whether the loop is in the same function."""
    for at in found.around():
        if isinstance(at.node, ast.For | ast.AsyncFor | ast.While):
            return True
        if isinstance(at.node, ast.FunctionDef | ast.AsyncFunctionDef):
            return False
    return False


def _statement(view: View, event: Event, pile: _Pile) -> Place:
    place = view.place(event)
    if isinstance(event, Applied):
        return Place(place.path, pile.found.range_of(pile.found.statement))
    return place


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 40 else f"{text[:39]}…"


def _fix(view: View, keeping: Keeping, pile: _Pile) -> Fix | None:
    """The number or the detached tensor is added instead."""
    path = view.place(keeping.events[-1]).path
    target = pile.added.value if isinstance(pile.added, ast.DictComp) else pile.added
    last = keeping.events[-1]
    if isinstance(last, Kept) and not last.direct and target is pile.added and not pile.is_single:
        return None
    tail = ".item()" if _is_scalar(view, keeping) and not _wants_tensors(view, pile) else ".detach()"
    return calls.append(view.documents[path], Place(path, pile.found.range_of(target)), tail)


def _is_scalar(view: View, keeping: Keeping) -> bool:
    roots = {root.id for call, _ in view.backwards if call.gradient_given is False for root in call.roots}
    return all(value.elements == 1 or value.id in roots for value in keeping.values)


def _wants_tensors(view: View, pile: _Pile) -> bool:
    """Whether the document treats what it gathers as tensors."""
    for node, around in _uses(view, pile):
        child = node
        for parent in around:
            if isinstance(parent, ast.Attribute) and parent.attr in _NUMBERS | _OF_TENSORS and child is parent.value:
                return True
            if isinstance(parent, ast.Call) and child is not parent.func:
                callee = parent.func
                if isinstance(callee, ast.Attribute) and callee.attr in _OF_TENSORS and not _is_shown_by(callee):
                    return True
                break
            if isinstance(parent, ast.stmt):
                break
            child = parent
    return False
