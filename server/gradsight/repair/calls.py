"""Fixes around one expression: what is called on it, around it, or instead of it."""

from __future__ import annotations

import ast
from collections.abc import Collection

from gradsight.document import Document
from gradsight.finding import Fix, Safety
from gradsight.repair.build import Change, at, build
from gradsight.repair.names import local_name
from gradsight.repair.spot import ATOMS, Spot, expression_at, expression_of, spot_at
from gradsight.repair.statements import remove_statement
from gradsight.syntax.lines import BLANK
from gradsight.syntax.parse import parse
from gradsight.text import Place, Position, Range

_CHANGES = Safety.CHANGES_TRAINING
_TAKE_ANYTHING = (ast.Assign, ast.Return, ast.AugAssign, ast.keyword, ast.Expr, ast.List, ast.Set)
"""Around what any expression can stand without parentheses, but for tuples and their like."""


def remove_tail(document: Document, place: Place, *, title: str | None = None, safety: Safety = _CHANGES) -> Fix | None:
    """`x.detach()` becomes `x`, `x.data` becomes `x`; as a statement of its own it goes as a whole."""
    spot = expression_at(document, place)
    attribute = None if spot is None else _attribute(spot.node)
    if spot is None or attribute is None:
        return None
    if isinstance(spot.parent, ast.Expr):
        return remove_statement(document, place, title=title, safety=safety)
    start, end = _tail_start(spot, attribute), spot.range(spot.node).end
    if start is None:
        return None
    value = spot.to(attribute).outer(attribute.value, attribute).end
    title = title or f"Remove `{_short(document.lines.slice(Range(start, end)))}`"
    gap = document.lines.slice(Range(value, start))
    if "#" not in gap:
        return build(document, title, safety, [(Range(value, end), "")])
    if gap.rstrip(" \t").endswith(("\n", "\r")):
        # A comment ends the line above: it stays, and the line break with it goes where the chain goes on.
        if BLANK.match(document.lines.line(end.line)[end.column :]):
            return build(document, title, safety, [(Range.of(start.line, 0, end.line + 1, 0), "")])
        return build(document, title, safety, [(Range(start, end), "")])
    return None


def insert_before_tail(
    document: Document, place: Place, text: str, *, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """`z.backward()` becomes `z.sum().backward()` for `.sum()`."""
    spot = expression_at(document, place)
    attribute = None if spot is None else _attribute(spot.node)
    if spot is None or attribute is None:
        return None
    value = spot.to(attribute).outer(attribute.value, attribute).end
    return build(document, title or f"Insert `{text}`", safety, [(at(value), text)])


def append(
    document: Document, place: Place, text: str, *, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """`x` becomes `x.detach()` for `.detach()`, `a + b` becomes `(a + b).detach()`."""
    spot = expression_at(document, place)
    if spot is None or not isinstance(spot.node, ast.expr) or _is_target(spot):
        return None
    return build(document, title or f"Add `{text}`", safety, appended(spot, text))


def append_call(document: Document, place: Place, *, title: str | None = None, safety: Safety = _CHANGES) -> Fix | None:
    """`loss.backward` becomes `loss.backward()`."""
    spot = expression_at(document, place)
    if spot is None or not isinstance(spot.node, (ast.Attribute, ast.Name)):
        return None
    if isinstance(spot.parent, ast.Call) and spot.parent.func is spot.node:
        return None
    return build(document, title or "Call it", safety, [(at(spot.range(spot.node).end), "()")])


def wrap_in_call(
    document: Document, place: Place, callee: str, *, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """`[a, b]` becomes `nn.ModuleList([a, b])` for `torch.nn.ModuleList`."""
    spot = expression_at(document, place)
    name = _spelt(document, callee, place)
    if spot is None or name is None or _is_target(spot):
        return None
    span = spot.range(spot.node)
    bare_tuple = isinstance(spot.node, ast.Tuple) and not spot.text(spot.node).startswith("(")
    bare = bare_tuple or isinstance(spot.node, (ast.Yield, ast.YieldFrom, ast.NamedExpr))
    changes = [(at(span.start), f"{name}((" if bare else f"{name}("), (at(span.end), "))" if bare else ")")]
    if isinstance(spot.parent, ast.Call) and isinstance(spot.node, ast.GeneratorExp):
        return None
    return build(document, title or f"Wrap it in `{name}(...)`", safety, changes)


def unwrap_call(
    document: Document,
    place: Place,
    dropping: Collection[str] = (),
    *,
    title: str | None = None,
    safety: Safety = _CHANGES,
) -> Fix | None:
    """`torch.tensor(x)` becomes `x`; None if the call has keyword arguments that are not in `dropping`."""
    found = expression_of(document, place, ast.Call)
    if found is None:
        return None
    spot, call = found
    if len(call.args) != 1 or any(each.arg not in dropping for each in call.keywords):
        return None
    argument = call.args[0]
    if isinstance(argument, (ast.Starred, ast.GeneratorExp)):
        return None
    outer, whole = spot.outer(argument, call), spot.range(call)
    kept = document.lines.slice(outer)
    head, tail = Range(whole.start, outer.start), Range(outer.end, whole.end)
    bare = outer == spot.range(argument)
    parentheses = bare and (
        (spot.needs_parentheses(argument) and not _takes_anything(spot))
        or (outer.start.line != outer.end.line and _read_alone(kept) is None)
    )
    if "#" in document.lines.slice(head) + document.lines.slice(tail):
        return None
    changes: list[Change] = [(head, "(" if parentheses else ""), (tail, ")" if parentheses else "")]
    return build(document, title or f"Use `{_short(kept)}` itself", safety, changes)


def replace_callee(
    document: Document, place: Place, callee: str, *, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """`math.exp(t)` becomes `torch.exp(t)`; `place` is the call."""
    found = expression_of(document, place, ast.Call)
    name = _spelt(document, callee, place)
    if found is None or name is None:
        return None
    spot, call = found
    return build(document, title or f"Call `{name}` instead", safety, [(spot.outer(call.func, call), name)])


def rename_attribute(
    document: Document, place: Place, spelling: str, *, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """`x.require_grad` becomes `x.requires_grad`; `place` is the attribute, or a statement that assigns to it."""
    spot = spot_at(document, place)
    if spot is None:
        return None
    attribute = _renamed(spot)
    if attribute is None:
        return None
    end = spot.range(attribute).end
    span = Range(Position(end.line, end.column - len(attribute.attr)), end)
    if document.lines.slice(span) != attribute.attr:
        return None
    return build(document, title or f"Write `{spelling}`", safety, [(span, spelling)])


def replace(
    document: Document, place: Place, text: str, *, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """The expression at `place` becomes `text`."""
    spot, new = expression_at(document, place), _read_alone(text)
    if spot is None or new is None:
        return None
    bare = isinstance(new, ATOMS) or isinstance(spot.parent, _TAKE_ANYTHING)
    bare = bare or spot.outer(spot.node) != spot.range(spot.node)
    written = text if bare else f"({text})"
    return build(document, title or f"Write `{_short(text)}`", safety, [(spot.range(spot.node), written)])


def appended(spot: Spot, text: str) -> list[Change]:
    """The changes that put `.method()` behind an expression."""
    span = spot.outer(spot.node)
    if span == spot.range(spot.node) and spot.needs_parentheses(spot.node):
        return [(at(span.start), "("), (at(span.end), ")" + text)]
    return [(at(span.end), text)]


def _attribute(node: ast.AST) -> ast.Attribute | None:
    """The attribute that is the tail of an expression, called or not."""
    if isinstance(node, ast.Call):
        node = node.func
    return node if isinstance(node, ast.Attribute) else None


def _renamed(spot: Spot) -> ast.Attribute | None:
    match spot.node:
        case ast.Attribute() as attribute:
            return attribute
        case ast.Assign(targets=[ast.Attribute() as attribute]):
            return attribute
        case ast.AnnAssign(target=ast.Attribute() as attribute) | ast.AugAssign(target=ast.Attribute() as attribute):
            return attribute
        case ast.Expr(value=ast.Compare(left=ast.Attribute() as attribute)):
            return attribute
        case ast.Compare(left=ast.Attribute() as attribute):
            return attribute
        case ast.Call(func=ast.Attribute() as attribute):
            return attribute
        case _:
            return None


def _tail_start(spot: Spot, attribute: ast.Attribute) -> Position | None:
    """Where the dot stands."""
    value = spot.to(attribute).outer(attribute.value, attribute).end
    dot = spot.behind(value)
    return dot.range.start if dot is not None and dot.text == "." else None


def _is_target(spot: Spot) -> bool:
    context = getattr(spot.node, "ctx", None)
    return isinstance(context, (ast.Store, ast.Del))


def _spelt(document: Document, name: str, place: Place) -> str | None:
    """A dotted name as the file imports it; a plain name is what it is."""
    return local_name(document, name, place) if "." in name else name


def _takes_anything(spot: Spot) -> bool:
    """Whether any expression can stand where this one does, without parentheses."""
    parent = spot.parent
    if spot.outer(spot.node) != spot.range(spot.node):
        return True
    if isinstance(spot.node, ast.Call) and isinstance(parent, ast.Call):
        return parent.func is not spot.node and not _tuple_like(spot)
    return isinstance(parent, _TAKE_ANYTHING) and not _tuple_like(spot)


def _tuple_like(spot: Spot) -> bool:
    """Whether the call's argument would fall apart without parentheses."""
    call = spot.node
    return isinstance(call, ast.Call) and any(
        isinstance(each, (ast.Tuple, ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Lambda)) for each in call.args
    )


def _read_alone(text: str) -> ast.expr | None:
    """The expression that `text` is without parentheses around it."""
    body, broken = parse(text)
    if broken or len(body) != 1 or not isinstance(body[0], ast.Expr):
        return None
    return body[0].value


def _short(text: str) -> str:
    first = " ".join(text.split())
    return first if len(first) <= 40 else first[:37] + "..."
