"""What checks about grad-mode scopes share: which scope it was, where its header is, how statements leave it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.cuts import Blame
from gradsight.autograd.events import Applied, Cut, Event, Mode, Scope, ScopeForm
from gradsight.autograd.graph import flow
from gradsight.checks.view import View
from gradsight.finding import Fix
from gradsight.repair import calls, grad_mode
from gradsight.text import Place, Position, Range


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
    if is_enabled_inside(view, blame, scope):
        fix = calls.replace_callee(document, place, "torch.no_grad")
        if fix is not None:
            return [fix]
    needed = tuple(dict.fromkeys(statements_inside(view, blame, scope, place)))
    fix = grad_mode.move_out(document, place, needed) or grad_mode.move_out(document, place)
    return [] if fix is None else [fix]


def is_enabled_inside(view: View, blame: Blame, scope: Scope) -> bool:
    """Whether the program switched grad mode on again, which only `inference_mode` does not allow."""
    if scope.mode is not Mode.INFERENCE:
        return False
    inner = (other for other in view.trace.each(Scope) if scope.id < other.id < blame.cut.id)
    return any(other.mode is Mode.ENABLED for other in inner)


def statements_inside(view: View, blame: Blame, scope: Scope, place: Place) -> Iterator[Place]:
    """Where, as seen from the block, the ops stand through which the gradient would flow."""
    found = view.found(place)
    if scope.form is not ScopeForm.WITH or found is None:
        return
    block = Place(place.path, found.range_of(found.statement))
    roots = blame.call.roots if blame.term is None else (blame.term,)
    for root in roots:
        for event in flow(view.trace, blame.cut, root):
            if isinstance(event, Applied) and event.scope is not None:
                yield from _seen_from(view, event, block)


def _seen_from(view: View, event: Event, block: Place) -> Iterator[Place]:
    for site in (*event.calls, event.site):
        if site.path == block.path and block.range.contains((inside := view.place(site)).range):
            yield inside
            return
