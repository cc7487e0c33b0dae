"""Statements as they stand on lines: their block, their indentation, and whether a line is all theirs."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gradsight.document import Document
from gradsight.repair.spot import Spot, spot_at
from gradsight.syntax.tokens import lines_inside_strings
from gradsight.text import LineMap, Place, Position, Range

_HEADER = re.compile(
    r"^([ \t]*)(?:async|class|def|elif|else|except|finally|for|if|try|while|with)\b[^\n]*:[ \t]*(?:#[^\n]*)?\r?\n"
    r"(?:[ \t]*\r?\n)*([ \t]+)\S",
    re.MULTILINE,
)
_REST = re.compile(r"[ \t]*;?[ \t]*(?:#.*)?\\?\Z", re.DOTALL)


@dataclass(frozen=True)
class Placing:
    """A statement and how it is laid out."""

    spot: Spot
    statement: ast.stmt
    block: Sequence[ast.stmt]
    """All statements of the block it belongs to, in order."""
    number: int
    """Its index among them."""
    span: Range
    """From its first character (its first decorator's `@`) to its last."""
    starts_line: bool
    """Only blanks stand before it."""
    ends_line: bool
    """Only a comment stands behind it."""

    @property
    def document(self) -> Document:
        """The document it stands in."""
        return self.spot.document

    @property
    def lines(self) -> LineMap:
        """The lines of the document."""
        return self.spot.lines

    @property
    def indent(self) -> str:
        """The blanks before the first statement on its line."""
        return indentation(self.lines.line(self.span.start.line))

    @property
    def owns_lines(self) -> bool:
        """Whether nothing else of the program stands on its lines."""
        return self.starts_line and self.ends_line

    @property
    def next(self) -> ast.stmt | None:
        """The statement behind it in its block."""
        return self.block[self.number + 1] if self.number + 1 < len(self.block) else None

    @property
    def previous(self) -> ast.stmt | None:
        """The statement before it in its block."""
        return self.block[self.number - 1] if self.number else None

    @property
    def in_header_line(self) -> bool:
        """Whether it stands behind the colon of a header, as in `if c: x`."""
        first = self.spot.range(self.block[0]).start
        return first.line == self.span.start.line and self.lines.line(first.line)[: first.column].strip() != ""


def placing_at(document: Document, place: Place) -> Placing | None:
    """The innermost statement that holds a place; None for one that begins with `elif`, which is but a part of one."""
    spot = spot_at(document, place)
    if spot is None or _is_elif(spot.statement()):
        return None
    return placing_of(spot.statement())


def placing_around(document: Document, place: Place) -> Placing | None:
    """The innermost statement that holds a place; the whole `if` for one that begins with `elif`."""
    spot = spot_at(document, place)
    if spot is None:
        return None
    spot = spot.statement()
    while _is_elif(spot):
        spot = spot.up()
    return placing_of(spot)


def _is_elif(spot: Spot) -> bool:
    """Whether the statement is the `elif` of another one."""
    if not isinstance(spot.node, ast.If) or not isinstance(spot.parent, ast.If):
        return False
    return spot.node in spot.parent.orelse and spot.text(spot.node).startswith("elif")


def placing_of(spot: Spot) -> Placing | None:
    """How the statement at `spot` is laid out."""
    statement = spot.node
    if not isinstance(statement, ast.stmt):
        return None
    block = _block(spot, statement)
    if block is None:
        return None
    start, end = spot.range(statement).start, spot.range(statement).end
    decorators = getattr(statement, "decorator_list", [])
    if decorators:
        first = min(spot.range(each).start for each in decorators)
        mark = spot.lines.text.rfind("@", 0, spot.lines.offset(first))
        start = spot.lines.position(mark)
    before = spot.lines.line(start.line)[: start.column]
    behind = spot.lines.line(end.line)[end.column :]
    return Placing(
        spot,
        statement,
        block,
        block.index(statement),
        Range(start, end),
        not before.strip(" \t\f\ufeff"),
        _REST.match(behind) is not None and not behind.endswith("\\"),
    )


def _block(spot: Spot, statement: ast.stmt) -> Sequence[ast.stmt] | None:
    if spot.parent is None:
        placed = spot.document.chunk_at(spot.range(statement).start.line)
        return placed.chunk.body if placed is not None else None
    for _, value in ast.iter_fields(spot.parent):
        if isinstance(value, list) and any(each is statement for each in value):
            return value
    return None


def indentation(line: str) -> str:
    """The blanks at the beginning of a line."""
    return line[: len(line) - len(line.lstrip(" \t\f"))]


def indent_unit(document: Document, near: Spot | None = None) -> str:
    """One level of indentation as this file writes it, by preference around a spot."""
    if near is not None:
        statements = [each for each in (*near.found.parents, near.node) if isinstance(each, ast.stmt)]
        for outer, inner in pairwise(statements):
            first, second = near.range(outer).start, near.range(inner).start
            if first.line == second.line:
                continue
            one, two = indentation(document.lines.line(first.line)), indentation(document.lines.line(second.line))
            if two.startswith(one) and len(two) > len(one):
                return two[len(one) :]
    for match in _HEADER.finditer(document.text):
        if match[2].startswith(match[1]) and len(match[2]) > len(match[1]):
            return match[2][len(match[1]) :]
    return "    "


def laid_out(text: str, indent: str, unit: str) -> str:
    """`text`, whose lines are indented by four blanks a level, for a place with another indentation.

    The first line gets none, because it goes where the indentation already stands.
    """
    found: list[str] = []
    for number, line in enumerate(text.split("\n")):
        level, rest = 0, line
        while rest.startswith("    "):
            level, rest = level + 1, rest[4:]
        found.append((indent if number and rest else "") + unit * level + rest)
    return "\n".join(found)


def frozen_lines(document: Document, first: int, end: int) -> frozenset[int]:
    """Which lines from `first`, that of a statement, up to `end` begin inside a string: their blanks belong to it."""
    lines = LineMap(document.code) if document.is_notebook else document.lines
    return lines_inside_strings(lines, first, end)


def shifted(document: Document, first: int, end: int, old: str, new: str) -> list[tuple[Range, str]]:
    """The changes that give the lines from `first` up to `end` the indentation `new` in place of `old`.

    Lines that begin inside a string stay, as do blank ones and those that are indented less than `old`.
    """
    inside = frozen_lines(document, first, end)
    changes: list[tuple[Range, str]] = []
    for line in range(first, end):
        text = document.lines.line(line)
        if line in inside or not text.strip() or not text.startswith(old):
            continue
        if old.startswith(new):
            changes.append((Range.of(line, len(new), line, len(old)), ""))
        elif new.startswith(old):
            changes.append((Range.of(line, len(old), line, len(old)), new[len(old) :]))
        else:
            changes.append((Range.of(line, 0, line, len(old)), new))
    return changes


def whole_lines(lines: LineMap, first: int, end: int) -> Range:
    """The lines from `first` up to `end` with their line ends (the one before, if they end the text)."""
    if end < len(lines):
        return Range.of(first, 0, end, 0)
    last = Position(len(lines) - 1, len(lines.line(len(lines) - 1)))
    if first == 0:
        return Range(Position(0, 0), last)
    return Range(Position(first - 1, len(lines.line(first - 1))), last)
