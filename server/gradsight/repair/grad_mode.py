"""Fixes that let statements out of a scope which has grad mode off."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from gradsight.document import Document
from gradsight.finding import Fix, Safety
from gradsight.repair.blocks import indentation, placing_of, shifted, whole_lines
from gradsight.repair.build import Change, at, build
from gradsight.repair.spot import Spot, expression_at
from gradsight.repair.statements import remove_statement
from gradsight.syntax.lines import BLANK
from gradsight.text import Place, Position, Range


def move_out(
    document: Document,
    scope: Place,
    needed: Sequence[Place] = (),
    *,
    title: str | None = None,
    safety: Safety = Safety.CHANGES_TRAINING,
) -> Fix | None:
    """Undoes a grad-mode scope for the statements that hold the places in `needed`, or for all.

    `scope` is the context expression of a `with`, the expression of a decorator, or the call that switches the mode.
    A decorator and a switch are removed as a whole.
    """
    spot = expression_at(document, scope)
    if spot is None:
        return None
    parent = spot.parent
    if isinstance(parent, (ast.With, ast.AsyncWith, ast.withitem)):
        while not isinstance(spot.node, (ast.With, ast.AsyncWith)):
            spot = spot.up()
        return _out_of_with(spot, spot.node, scope, needed, title, safety)
    if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and spot.node in parent.decorator_list:
        title = title or f"Remove the decorator `@{spot.text(spot.node)}`"
        return _without_decorator(spot, title, safety)
    if isinstance(parent, ast.Expr):
        return remove_statement(document, scope, title=title, safety=safety)
    return None


def _without_decorator(spot: Spot, title: str, safety: Safety) -> Fix | None:
    span, lines = spot.outer(spot.node), spot.lines
    first = lines.position(lines.text.rfind("@", 0, lines.offset(span.start))).line
    if lines.line(first).strip(" \t\f")[:1] != "@" or not _nothing_behind(spot, span.end):
        return None
    return build(spot.document, title, safety, [(whole_lines(lines, first, span.end.line + 1), "")])


def _out_of_with(
    spot: Spot,
    block: ast.With | ast.AsyncWith,
    scope: Place,
    needed: Sequence[Place],
    title: str | None,
    safety: Safety,
) -> Fix | None:
    placing = placing_of(spot)
    numbers = sorted({number for place in needed if (number := _child_at(spot, block, place)) is not None})
    if placing is None or (needed and not numbers):
        return None
    first, last = (numbers[0], numbers[-1]) if numbers else (0, len(block.body) - 1)
    everything = first == 0 and last == len(block.body) - 1
    if len(block.items) > 1:
        if not everything:
            return None
        return _without_item(spot, block, scope, title, safety)
    name = spot.text(block.items[0].context_expr)
    title = title or (f"Remove `{name}`" if everything else f"Move it out of `{name}`")
    if block.items[0].optional_vars is not None or not placing.starts_line:
        return None
    body = spot.range(block.body[0]).start
    if body.line == placing.span.start.line:
        header = Range(placing.span.start, body)
        return build(spot.document, title, safety, [(header, "")]) if everything else None
    changes = _dedented(spot, block, first, last)
    return None if changes is None else build(spot.document, title, safety, changes)


def _child_at(spot: Spot, block: ast.With | ast.AsyncWith, place: Place) -> int | None:
    for number, child in enumerate(block.body):
        if spot.range(child).contains(place.range):
            return number
    return None


def _without_item(
    spot: Spot, block: ast.With | ast.AsyncWith, scope: Place, title: str | None, safety: Safety
) -> Fix | None:
    """Takes one of several items out of a header."""
    items = block.items
    number = next((k for k, item in enumerate(items) if spot.range(item.context_expr).touches(scope.range)), None)
    if number is None or items[number].optional_vars is not None:
        return None
    context = items[number].context_expr
    span = spot.to(items[number]).outer(context, block)
    if number + 1 < len(items):
        following = items[number + 1].context_expr
        gone = Range(span.start, spot.to(items[number + 1]).outer(following, block).start)
    else:
        before = items[number - 1].optional_vars or items[number - 1].context_expr
        gone = Range(spot.to(items[number - 1]).outer(before, block).end, span.end)
    if "#" in spot.lines.slice(Range(gone.start, span.start)) + spot.lines.slice(Range(span.end, gone.end)):
        return None
    return build(spot.document, title or f"Remove `{spot.text(context)}`", safety, [(gone, "")])


def _dedented(spot: Spot, block: ast.With | ast.AsyncWith, first: int, last: int) -> list[Change] | None:
    """Lets the statements from `first` to `last` out; what stays behind them gets the header again."""
    lines, document = spot.lines, spot.document
    top = spot.range(block).start
    outer, inner = indentation(lines.line(top.line)), indentation(lines.line(spot.range(block.body[0]).start.line))
    if not inner.startswith(outer) or len(inner) <= len(outer):
        return None
    starts = [_first_line(spot, each) for each in block.body]
    ends = [spot.range(each).end for each in block.body]
    if first and starts[first] <= ends[first - 1].line:
        return None
    colon = _colon(spot, block)
    if colon is None:
        return None
    if first:
        begin = ends[first - 1].line + 1
    else:
        begin = colon.line + 1
    if last + 1 < len(block.body):
        if starts[last + 1] <= ends[last].line:
            return None
        end = ends[last].line + 1
    else:
        end = _end_of_comments(spot, ends[last].line + 1, inner)
    first_code = starts[first]
    changes = _comments(spot, begin, first_code, outer, inner)
    changes += shifted(document, first_code, end, inner, outer)
    header = lines.slice(Range(top, colon))
    comment = lines.line(colon.line)[colon.column :].strip()
    if not first:
        if last + 1 < len(block.body):
            # The header goes down to what stays; its comment with it.
            changes.append((whole_lines(lines, top.line, colon.line + 1), ""))
        elif comment:
            changes.append((Range(top, Position(colon.line, len(lines.line(colon.line)))), comment))
        else:
            changes.append((whole_lines(lines, top.line, colon.line + 1), ""))
    if last + 1 < len(block.body):
        again = header + (f"  {comment}" if comment and not first else "")
        changes.append((at(Position(ends[last].line + 1, 0)), f"{outer}{again}\n"))
    return changes


def _first_line(spot: Spot, statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", [])
    return min(spot.range(each).start.line for each in (statement, *decorators))


def _colon(spot: Spot, block: ast.With | ast.AsyncWith) -> Position | None:
    """Behind the colon of the header."""
    body = spot.range(block.body[0]).start
    inner = spot.to(block.items[0])
    last = next((each for each in reversed(inner.tokens) if each.text == ":" and each.range.end <= body), None)
    return None if last is None else last.range.end


def _comments(spot: Spot, begin: int, end: int, outer: str, inner: str) -> list[Change]:
    """Dedents the comments that stand before the first statement that leaves."""
    found: list[Change] = []
    for line in range(begin, end):
        text = spot.lines.line(line)
        if text.strip() and text.startswith(inner):
            found.append((Range.of(line, len(outer), line, len(inner)), ""))
    return found


def _end_of_comments(spot: Spot, line: int, inner: str) -> int:
    """Behind the comments below the last statement that are indented as the block is."""
    end = line
    while line < len(spot.lines) and BLANK.match(spot.lines.line(line)):
        if spot.lines.line(line).strip() and spot.lines.line(line).startswith(inner):
            end = line + 1
        elif spot.lines.line(line).strip():
            break
        line += 1
    return end


def _nothing_behind(spot: Spot, position: Position) -> bool:
    return BLANK.match(spot.lines.line(position.line)[position.column :]) is not None
