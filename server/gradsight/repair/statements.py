"""Fixes that insert, move, wrap and remove whole statements."""

from __future__ import annotations

import ast
import re

from gradsight.document import Document
from gradsight.finding import Fix, Safety
from gradsight.repair.blocks import (
    Placing,
    frozen_lines,
    indent_unit,
    indentation,
    laid_out,
    placing_around,
    placing_at,
    shifted,
    whole_lines,
)
from gradsight.repair.build import Change, at, build
from gradsight.repair.spot import dotted, spot_at
from gradsight.syntax.lines import COMPOUND
from gradsight.text import Place, Position, Range

_CHANGES = Safety.CHANGES_TRAINING


def insert_before(
    document: Document, place: Place, text: str, *, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """Puts the statements `text` before the statement that holds `place`."""
    placing = placing_around(document, place)
    change = None if placing is None else _before(placing, text)
    return None if change is None else build(document, title or _title("Insert", text), safety, [change])


def insert_after(
    document: Document, place: Place, text: str, *, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """Puts the statements `text` after the statement that holds `place`."""
    placing = placing_around(document, place)
    change = None if placing is None else _after(placing, text)
    return None if change is None else build(document, title or _title("Insert", text), safety, [change])


def remove_statement(
    document: Document, place: Place, *, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """Removes the statement that holds `place`, and leaves `pass` where its block would be empty."""
    placing = placing_at(document, place)
    if placing is None:
        return None
    title = title or _title("Remove", document.lines.slice(placing.span))
    return build(document, title, safety, _removed(placing))


def move_before(
    document: Document, place: Place, other: Place, *, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """Moves the statement that holds `place` to before the one that holds `other`."""
    return _moved(document, place, other, title, safety, behind=False)


def move_after(
    document: Document, place: Place, other: Place, *, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """Moves the statement that holds `place` to after the one that holds `other`."""
    return _moved(document, place, other, title, safety, behind=True)


def wrap_statements(
    document: Document, header: str, *places: Place, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """Puts the statements that hold `places` below `header`; neighbours share one."""
    found = [placing_at(document, place) for place in places]
    known = [placing for placing in found if placing is not None]
    if not known or len(known) < len(found):
        return None
    changes = wrapped(known, header)
    return None if changes is None else build(document, title or f"Put it in `{header}`", safety, changes)


def compare_to_assign(
    document: Document, place: Place, *, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """`x.requires_grad == True`, as a statement, becomes an assignment."""
    spot = spot_at(document, place)
    if spot is None:
        return None
    spot = spot.statement()
    match spot.node:
        case ast.Expr(value=ast.Compare(left=left, ops=[ast.Eq()], comparators=[_])) if dotted(left):
            inner = spot.to(left)
            operator = inner.behind(inner.outer(left).end)
            if operator is None or operator.text != "==" or inner.outer(left) != inner.range(left):
                return None
            title = title or "Assign instead of comparing"
            return build(document, title, safety, [(operator.range, "=")])
        case _:
            return None


def assign_to_call(
    document: Document, place: Place, method: str, *, title: str | None = None, safety: Safety = _CHANGES
) -> Fix | None:
    """`model.requires_grad = False` becomes `model.requires_grad_(False)` for the method `requires_grad_`."""
    spot = spot_at(document, place)
    if spot is None:
        return None
    spot = spot.statement()
    match spot.node:
        case ast.Assign(targets=[ast.Attribute(attr=attribute) as target], value=value):
            name = spot.range(target)
            start = Position(name.end.line, name.end.column - len(attribute))
            given = spot.outer(value, spot.node)
            if document.lines.slice(Range(start, name.end)) != attribute:
                return None
            between = document.lines.slice(Range(name.end, given.start))
            if not re.fullmatch(r"[ \t]*=[ \t]*", between):
                return None
            title = title or f"Call `{method}({document.lines.slice(given)})`"
            return build(document, title, safety, [(Range(start, given.start), f"{method}("), (at(given.end), ")")])
        case _:
            return None


def wrapped(placings: list[Placing], header: str) -> list[Change] | None:
    """The changes that put statements below `header`, which ends in a colon; None where they cannot be."""
    changes: list[Change] = []
    for run in _runs(placings):
        first, last = run[0], run[-1]
        unit, indent = indent_unit(first.document, first.spot), first.indent
        if not (all(each.owns_lines for each in run)):
            if len(run) > 1 or len(first.block) > 1 or not first.in_header_line or not first.ends_line:
                return None
            if isinstance(first.spot.parent, ast.stmt) and first.span.start.line != first.span.end.line:
                return None
            before = first.lines.line(first.span.start.line)[: first.span.start.column]
            gap = Range(Position(first.span.start.line, len(before.rstrip())), first.span.start)
            changes.append((gap, f"\n{indent}{unit}{header}\n{indent}{unit * 2}"))
            continue
        changes.append((at(first.span.start), f"{header}\n{indent}{unit}"))
        changes += shifted(first.document, first.span.start.line, last.span.end.line + 1, indent, indent + unit)[1:]
    return changes


def _runs(placings: list[Placing]) -> list[list[Placing]]:
    """Groups statements that are neighbours in one block."""
    runs: list[list[Placing]] = []
    for placing in sorted(placings, key=lambda each: each.span):
        last = runs[-1][-1] if runs else None
        if last is not None and last.span == placing.span:
            continue
        if last is not None and (last.next is placing.statement or _adjacent(last, placing)):
            runs[-1].append(placing)
        else:
            runs.append([placing])
    return runs


def _adjacent(one: Placing, other: Placing) -> bool:
    """Whether two top-level statements follow each other."""
    if one.spot.parent is not None or other.spot.parent is not None or one.next is not None or other.number:
        return False
    chunks = one.document.chunks
    lines = [placed.line for placed in chunks]
    return lines.index(_chunk_line(other)) == lines.index(_chunk_line(one)) + 1


def _chunk_line(placing: Placing) -> int:
    placed = placing.document.chunk_at(placing.span.start.line)
    return -1 if placed is None else placed.line


def _before(placing: Placing, text: str) -> Change | None:
    if placing.starts_line:
        unit = indent_unit(placing.document, placing.spot)
        indent = placing.indent
        return at(placing.span.start), f"{laid_out(text, indent, unit)}\n{indent}"
    return (at(placing.span.start), f"{text}; ") if _is_simple(text) else None


def _after(placing: Placing, text: str) -> Change | None:
    if placing.in_header_line or not placing.ends_line:
        return (at(placing.span.end), f"; {text}") if _is_simple(text) else None
    unit = indent_unit(placing.document, placing.spot)
    line = placing.span.end.line
    end = Position(line, len(placing.lines.line(line)))
    indent = indentation(placing.lines.line(placing.spot.range(placing.statement).start.line))
    return at(end), "\n" + indent + laid_out(text, indent, unit)


def _is_simple(text: str) -> bool:
    return "\n" not in text and "#" not in text and not COMPOUND.match(text)


def _removed(placing: Placing) -> list[Change]:
    span, lines = placing.span, placing.lines
    only = len(placing.block) == 1 and placing.spot.parent is not None
    if only:
        return [(span, "pass")]
    if placing.owns_lines:
        return [(whole_lines(lines, span.start.line, span.end.line + 1), "")]
    following, previous = placing.next, placing.previous
    if following is not None and not placing.ends_line:
        return [(Range(span.start, placing.spot.range(following).start), "")]
    if previous is not None:
        return [(Range(placing.spot.range(previous).end, span.end), "")]
    return [(span, "pass")]


def _moved(
    document: Document, place: Place, other: Place, title: str | None, safety: Safety, *, behind: bool
) -> Fix | None:
    placing, target = placing_at(document, place), placing_around(document, other)
    if placing is None or target is None or placing.span.touches(target.span):
        return None
    between = Range(min(placing.span.end, target.span.end), max(placing.span.start, target.span.start))
    in_order = placing.span < target.span
    if in_order is not behind and not _has_code(document, between):
        return None
    name = target.lines.slice(target.span).split("\n")[0].rstrip()
    title = title or f"{_title('Move', document.lines.slice(placing.span))} {'after' if behind else 'before'} `{name}`"
    if not placing.owns_lines or not target.owns_lines:
        text = document.lines.slice(placing.span)
        commented = placing.ends_line and "#" in document.lines.line(placing.span.end.line)[placing.span.end.column :]
        change = (_after if behind else _before)(target, text) if _is_simple(text) and not commented else None
        return None if change is None else build(document, title, safety, [change, *_removed(placing)])
    first, end = placing.span.start.line, placing.span.end.line + 1
    inside = frozen_lines(document, first, end)
    moved: list[str] = []
    for number in range(first, end):
        line = document.lines.line(number)
        if number not in inside and line.startswith(placing.indent):
            line = target.indent + line[len(placing.indent) :] if line.strip() else line
        moved.append(line)
    text = "\n".join(moved)
    if behind:
        last = target.span.end.line
        change = (at(Position(last, len(document.lines.line(last)))), "\n" + text)
    else:
        change = (at(Position(target.span.start.line, 0)), text + "\n")
    removed = _removed(placing)
    if removed[0][1] == "pass":
        # The comment behind the statement has moved with it.
        end_of_line = Position(end - 1, len(document.lines.line(end - 1)))
        removed = [(Range(placing.span.start, end_of_line), "pass")]
    return build(document, title, safety, [change, *removed])


def _has_code(document: Document, span: Range) -> bool:
    """Whether a statement lies between two others."""
    text = re.sub(r"#[^\r\n]*", "", document.lines.slice(span))
    return bool(text.strip(" \t\f\r\n;"))


def _title(verb: str, text: str) -> str:
    first = text.strip().split("\n")[0].rstrip()
    return f"{verb} `{first if len(first) <= 60 else first[:57] + '...'}`"
