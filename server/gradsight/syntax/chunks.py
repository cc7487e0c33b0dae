"""Chunks: the top-level statements of a text, each read alone, so that an edit costs only the statements it touches."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gradsight.syntax.lines import BLANK, LineScanner, indent_of
from gradsight.syntax.parse import parse
from gradsight.text import Range

_BELONGS_TO_BEFORE = re.compile(r"\f?(?:elif|else|except|finally)\b")
_DECORATED = re.compile(r"\f?(?:@|(?:async|class|def)\b)")


class Chunk:
    """One top-level statement (or several on one line), parsed when first asked for."""

    __slots__ = ("_broken", "_parsed", "serial", "text")

    def __init__(self, serial: int, text: str) -> None:
        self.serial = serial
        """Names the chunk within its document, and stays when the text is edited."""
        self.text = text
        """Its lines, joined by `\\n`."""
        self._parsed: tuple[ast.stmt, ...] | None = None
        self._broken: tuple[Range, ...] = ()

    def __repr__(self) -> str:
        return f"Chunk({self.serial}, {self.text[:40]!r})"

    @property
    def body(self) -> tuple[ast.stmt, ...]:
        """The statements; lines count from 1 at the chunk's first line, columns in code points."""
        if self._parsed is None:
            body, self._broken = parse(self.text)
            self._parsed = body
        return self._parsed

    @property
    def broken(self) -> tuple[Range, ...]:
        """Statements that do not parse, counted from the chunk's first line (0-based); a stand-in is in the body."""
        if self._parsed is None:
            _ = self.body
        return self._broken


@dataclass(frozen=True, slots=True)
class Placed:
    """A chunk and where it stands in its document."""

    chunk: Chunk
    line: int
    """0-based first line."""
    end: int
    """The line after the last one."""
    reach: int
    """How many lines of the text were looked at to find where it ends."""

    def moved(self, lines: int) -> Placed:
        """The same chunk `lines` further down."""
        return Placed(self.chunk, self.line + lines, self.end + lines, self.reach + lines) if lines else self


class Piece(NamedTuple):
    """A stretch of lines that makes up a chunk; the fields are those of `Placed`."""

    line: int
    end: int
    reach: int


def split(lines: Sequence[str], start: int, stop: int) -> Iterator[Piece]:
    """The top-level statements in `lines[start:stop]`. Comments and blank lines between them belong to none.

    A comment or blank line inside a statement belongs to it. Splitting at the start of any piece gives the same
    pieces from there on.
    """
    scanner = LineScanner(lines)
    line, first, end, reach, decorated = start, -1, start, start, False
    while line < stop:
        text = lines[line]
        if BLANK.match(text):
            line += 1
            continue
        if first >= 0 and indent_of(text) == 0 and not _belongs(text, decorated):
            yield Piece(first, end, max(reach, line + 1))
            first = -1
        if first < 0:
            first, reach, decorated = line, line, False
        logical = scanner.logical(line, stop)
        if logical.indent == 0:
            decorated = text.lstrip("\f").startswith("@")
        line = end = logical.end
        reach = max(reach, logical.reach)
    if first >= 0:
        yield Piece(first, end, stop + 1)


def _belongs(text: str, decorated: bool) -> bool:
    """Whether a line without indentation goes on with the statement before it."""
    return bool((_DECORATED if decorated else _BELONGS_TO_BEFORE).match(text))
