"""Fixes that change what a call is given."""

from __future__ import annotations

import ast

from gradsight.document import Document
from gradsight.finding import Fix, Safety
from gradsight.repair.blocks import indentation
from gradsight.repair.build import Change, at, build
from gradsight.repair.spot import Spot, expression_of
from gradsight.syntax.lines import BLANK
from gradsight.text import Place, Position, Range

_CHANGES = Safety.CHANGES_TRAINING


def set_keyword(
    document: Document, place: Place, name: str, value: str, *, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """Gives a call the keyword argument `name=value`, or changes the value it has."""
    found = expression_of(document, place, ast.Call)
    if found is None:
        return None
    spot, call = found
    title = title or f"Pass `{name}={value}`"
    for keyword in call.keywords:
        if keyword.arg == name:
            span = spot.to(keyword).outer(keyword.value, keyword)
            return build(document, title, safety, [(span, value)])
    if any(keyword.arg is None for keyword in call.keywords):
        return None
    return build(document, title, safety, added(spot, call, f"{name}={value}"))


def drop_keyword(
    document: Document, place: Place, name: str, *, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """Takes a keyword argument away, with its comma."""
    found = expression_of(document, place, ast.Call)
    if found is None:
        return None
    spot, call = found
    keyword = next((each for each in call.keywords if each.arg == name), None)
    if keyword is None:
        return None
    title = title or f"Remove `{name}={spot.text(keyword.value)}`"
    return build(document, title, safety, dropped(spot, call, keyword))


def drop_first(
    document: Document, place: Place, *, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """Takes away the first argument of a call, where no other one is given by its position."""
    found = expression_of(document, place, ast.Call)
    if found is None or len(found[1].args) != 1 or isinstance(found[1].args[0], ast.Starred):
        return None
    spot, call = found
    title = title or f"Remove `{spot.text(call.args[0])}`"
    return build(document, title, safety, dropped(spot, call, call.args[0]))


def rename_keyword(
    document: Document, place: Place, name: str, spelling: str, *, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """Spells a keyword argument otherwise."""
    found = expression_of(document, place, ast.Call)
    if found is None:
        return None
    spot, call = found
    if any(each.arg in (None, spelling) for each in call.keywords):
        return None
    for keyword in call.keywords:
        if keyword.arg == name:
            start = spot.range(keyword).start
            span = Range(start, Position(start.line, start.column + len(name)))
            if document.lines.slice(span) == name:
                return build(document, title or f"Write `{spelling}`", safety, [(span, spelling)])
    return None


def float_literals(
    document: Document, place: Place, *, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """Writes the whole numbers in the first argument of a call as floats; only where they are all literals."""
    found = expression_of(document, place, ast.Call)
    if found is None:
        return None
    spot, call = found
    if not call.args or any(each.arg in (None, "dtype") for each in call.keywords):
        return None
    literals: list[ast.Constant] = []
    waiting: list[ast.expr] = [call.args[0]]
    while waiting:
        match waiting.pop():
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                waiting += elements
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                waiting.append(operand)
            case ast.Constant(value=bool()):
                return None
            case ast.Constant(value=int()) as literal:
                literals.append(literal)
            case ast.Constant(value=float()):
                pass
            case _:
                return None
    if any(not spot.text(each).replace("_", "").isdecimal() for each in literals):
        return None
    changes = [(at(spot.range(each).end), ".0") for each in literals]
    return build(document, title or "Write the numbers as floats", safety, changes)


def added(spot: Spot, call: ast.Call, text: str) -> list[Change]:
    """The changes that give a call one more argument at the end."""
    lines, close = spot.lines, spot.range(call).end
    arguments: list[ast.expr | ast.keyword] = sorted(
        [*call.args, *call.keywords], key=lambda each: spot.range(each).start
    )
    if not arguments:
        open_ = spot.outer(call.func, call).end
        token = spot.behind(open_)
        if token is None:
            return []
        inside = Range(token.range.end, Position(close.line, close.column - 1))
        blank = lines.slice(inside).strip(" \t") == ""
        return [(inside, text)] if blank else [(at(inside.end), text)]
    last = arguments[-1]
    if isinstance(last, ast.GeneratorExp) and spot.range(last).end == close:
        # The parentheses of the call were those of the generator.
        start = spot.range(last).start
        return [(at(start), "("), (at(close), f", {text})")]
    end = _end(spot, call, last)
    comma = spot.behind(end)
    has_comma = comma is not None and comma.text == ","
    after = comma.range.end if has_comma and comma is not None else end
    first = spot.range(last).start
    starts_line = not lines.line(first.line)[: first.column].strip()
    closing_alone = starts_line and not lines.line(close.line)[: close.column - 1].strip() and close.line > after.line
    if not closing_alone:
        return [(at(after), f" {text}," if has_comma else f", {text}")]
    below = Position(after.line, len(lines.line(after.line)))
    if not BLANK.match(lines.line(after.line)[after.column :]):
        return [(at(after), f" {text}," if has_comma else f", {text}")]
    new = f"\n{indentation(lines.line(first.line))}{text},"
    if has_comma:
        return [(at(below), new)]
    return [(at(end), ","), (at(below), new)] if below > end else [(at(end), "," + new)]


def dropped(spot: Spot, call: ast.Call, argument: ast.expr | ast.keyword) -> list[Change]:
    """The changes that take an argument out of a call, with one comma."""
    lines = spot.lines
    arguments: list[ast.expr | ast.keyword] = sorted(
        [*call.args, *call.keywords], key=lambda each: spot.range(each).start
    )
    number = arguments.index(argument)
    span = Range(_start(spot, call, argument), _end(spot, call, argument))
    comma = spot.behind(span.end)
    after = comma.range.end if comma is not None and comma.text == "," else span.end
    before = lines.line(span.start.line)[: span.start.column]
    behind = lines.line(after.line)[after.column :]
    if not before.strip() and BLANK.match(behind):
        # The argument has its lines to itself: they go, and a comma before them may stay.
        return [(Range.of(span.start.line, 0, after.line + 1, 0), "")]
    if number + 1 < len(arguments) and (number == 0 or not before.strip()):
        following = _start(spot, call, arguments[number + 1])
        if following.line == after.line:
            return [(Range(span.start, following), "")]
        return [(Range(span.start, after), "")]
    if number:
        gone = Range(_end(spot, call, arguments[number - 1]), span.end)
        if "#" in lines.slice(Range(gone.start, span.start)):
            gone = Range(span.start, after)
        return [(gone, "")]
    return [(Range(span.start, after), "")]


def _start(spot: Spot, call: ast.Call, argument: ast.expr | ast.keyword) -> Position:
    return spot.range(argument).start if isinstance(argument, ast.keyword) else spot.outer(argument, call).start


def _end(spot: Spot, call: ast.Call, argument: ast.expr | ast.keyword) -> Position:
    if isinstance(argument, ast.keyword):
        return spot.outer(argument.value, call).end
    return spot.outer(argument, call).end
