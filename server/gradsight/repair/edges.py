"""Fixes that keep the argument of an op away from where its slope is infinite."""

from __future__ import annotations

import ast

from gradsight.document import Document
from gradsight.finding import Fix, Safety
from gradsight.repair import calls
from gradsight.repair.build import Change, at, build
from gradsight.repair.names import local_name
from gradsight.repair.spot import ATOMS, Spot, expression_at
from gradsight.text import Place

_CHANGES = Safety.CHANGES_TRAINING
_BOUNDING = ("clamp", "clip")


def argument_of(document: Document, place: Place) -> Spot | None:
    """The expression that an op works on: `x` of `x.sqrt()`, `torch.sqrt(x)`, `x ** 0.5` and `1 / x`."""
    spot = expression_at(document, place)
    match spot.node if spot is not None else None:
        case ast.BinOp(op=ast.Div()) as division:
            inner: ast.expr = division.right
        case ast.BinOp(op=ast.Pow()) as power:
            inner = power.left
        case ast.Call(func=ast.Attribute(value=receiver), args=arguments) as call if spot is not None:
            function = any(spot.text(call.func) == local_name(document, name, place) for name in _spellings(call))
            if function and not arguments:
                return None
            inner = arguments[0] if function else receiver
            if function and isinstance(inner, ast.Constant) and len(arguments) > 1:
                inner = arguments[1]  # `torch.div(1.0, x)`
        case ast.Call(func=ast.Name(), args=[first, *_]):
            inner = first
        case _:
            return None
    return spot.to(inner) if spot is not None and not isinstance(inner, ast.Starred) else None


def _spellings(call: ast.Call) -> tuple[str, ...]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    return f"torch.{name}", f"torch.nn.functional.{name}", f"torch.special.{name}"


def argument_text(document: Document, place: Place) -> str | None:
    """Its text, if it is short."""
    spot = argument_of(document, place)
    return None if spot is None else spot.one_line(spot.range(spot.node))


def shift_argument(
    document: Document, place: Place, text: str, *, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """`x.sqrt()` becomes `(x + 1e-12).sqrt()` for ` + 1e-12`."""
    spot = argument_of(document, place)
    if spot is None:
        return None
    return build(document, title or f"Add `{text.strip()}`", safety, _widened(spot, "", text))


def bound_argument(
    document: Document, place: Place, low: str, high: str, *, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """`x.clamp(-1, 1).acos()` gets other bounds, any other argument gets `.clamp(low, high)`."""
    spot = argument_of(document, place)
    if spot is None:
        return None
    title = title or f"Keep it between `{low}` and `{high}`"
    bounds = _bounds(spot)
    if bounds is not None:
        changes = [(spot.range(node), text) for node, text in zip(bounds, (low, high), strict=True)]
        return build(document, title, safety, changes)
    inner = Place(place.path, spot.range(spot.node))
    return calls.append(document, inner, f".clamp({low}, {high})", title=title, safety=safety)


def guard_argument(
    document: Document,
    place: Place,
    condition: str,
    rest: str,
    inverted: bool,
    *,
    title: str | None = None,
    safety: Safety = _CHANGES,
) -> Fix | None:
    """`x.sqrt()` becomes `torch.where(condition, x, 1.0).sqrt()`: the op never sees what is not used."""
    spot, where = argument_of(document, place), local_name(document, "torch.where", place)
    if spot is None or where is None:
        return None
    span = spot.range(spot.node)
    text = document.lines.slice(span)
    chosen = f"{rest}, {text}" if inverted else f"{text}, {rest}"
    changes = [(spot.outer(spot.node), f"{where}({condition}, {chosen})")]
    if isinstance(spot.parent, ast.Call) and spot.node in spot.parent.args:
        changes = [(span, changes[0][1])]
    return build(document, title or "Choose the argument before the op as well", safety, changes)


def _widened(spot: Spot, before: str, after: str) -> list[Change]:
    """Text put around an expression, in parentheses where it needs them."""
    inner = spot.range(spot.node)
    outer = spot.outer(spot.node)
    arithmetic = isinstance(spot.node, (*ATOMS, ast.BinOp))
    as_argument = isinstance(spot.parent, ast.Call) and spot.node in spot.parent.args
    if not arithmetic:
        before, after = f"({before}", f"){after}"
    if outer == inner and not as_argument:
        before, after = f"({before}", f"{after})"
    changes: list[Change] = [(at(inner.start), before)] if before else []
    return [*changes, (at(inner.end), after)]


def _bounds(spot: Spot) -> tuple[ast.expr, ast.expr] | None:
    """The two bounds of a call of `clamp`, where both are written as numbers."""
    call = spot.node
    if not isinstance(call, ast.Call):
        return None
    name = call.func.attr if isinstance(call.func, ast.Attribute) else None
    if name not in _BOUNDING:
        return None
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    found = [keywords[name] for name in ("min", "max") if name in keywords] or list(call.args[-2:])
    if len(found) != 2 or not all(isinstance(node, ast.Constant | ast.UnaryOp) for node in found):
        return None
    return found[0], found[1]
