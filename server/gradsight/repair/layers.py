"""Fixes of the layers that a model is made of, and of methods that stand for another."""

from __future__ import annotations

import ast

from gradsight.document import Document
from gradsight.finding import Fix, Safety
from gradsight.repair.arguments import dropped
from gradsight.repair.build import build
from gradsight.repair.spot import expression_at, expression_of
from gradsight.text import Place, Position, Range

_CHANGES = Safety.CHANGES_TRAINING


def drop_layer(document: Document, place: Place, *, title: str | None = None, safety: Safety = _CHANGES) -> Fix | None:
    """`nn.Sequential(a, nn.Softmax(dim=1))` becomes `nn.Sequential(a)`; `place` is the layer."""
    spot = expression_at(document, place)
    if spot is None or not isinstance(spot.parent, ast.Call) or spot.node not in spot.parent.args:
        return None
    call = spot.parent
    argument = next(each for each in call.args if each is spot.node)
    return build(document, title or "Remove the layer", safety, dropped(spot.up(), call, argument))


def rename_method(
    document: Document, place: Place, name: str, *, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """`x.softmax(1)` becomes `x.log_softmax(1)`."""
    found = expression_of(document, place, ast.Call)
    if found is None or not isinstance(found[1].func, ast.Attribute):
        return None
    spot, call = found
    end = spot.range(call.func).end
    span = Range(Position(end.line, end.column - len(found[1].func.attr)), end)
    if document.lines.slice(span) != found[1].func.attr:
        return None
    return build(document, title or f"Call `{name}`", safety, [(span, name)])
