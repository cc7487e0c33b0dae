"""Places in source text: ranges, line maps, and the only arithmetic between offsets and columns.

Inside Gradsight a position is a 0-based line and a 0-based column counted in Unicode code
points, and a range is half open. Everything else (UTF-8 offsets of `ast`, UTF-16 units of
editors, 1-based lines of people) is converted here and nowhere else.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import accumulate, pairwise

# What Python's tokenizer takes for the end of a line. `str.splitlines` would also split at form
# feeds, vertical tabs and Unicode separators, which are ordinary characters in a program.
_LINE_END = re.compile(r"\r\n|\r|\n")


class Encoding(Enum):
    """The unit in which somebody outside counts columns."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"

    def width(self, text: str) -> int:
        """How many units `text` takes."""
        if text.isascii() or self is Encoding.UTF32:
            return len(text)
        if self is Encoding.UTF8:
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text) + sum(character > "\uffff" for character in text)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place between two characters: 0-based line, 0-based column in code points."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """A half-open stretch of text from `start` to `end`."""

    start: Position
    end: Position

    @staticmethod
    def of(start_line: int, start_column: int, end_line: int, end_column: int) -> Range:
        """The range between two positions given as numbers."""
        return Range(Position(start_line, start_column), Position(end_line, end_column))

    def contains(self, other: Range) -> bool:
        """Whether `other` lies within this range (equal counts)."""
        return self.start <= other.start and other.end <= self.end

    def touches(self, other: Range) -> bool:
        """Whether the two share a character or a border."""
        return self.start <= other.end and other.start <= self.end

    def moved(self, lines: int) -> Range:
        """The same range `lines` further down."""
        if lines == 0:
            return self
        return Range(
            Position(self.start.line + lines, self.start.column),
            Position(self.end.line + lines, self.end.column),
        )


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A range in a named text; `path` is whatever the document is called (a file path or a URI)."""

    path: str
    range: Range


WHOLE_TEXT = -1
"""The chunk of a `Site` whose range counts from the top of the text."""


@dataclass(frozen=True, slots=True, order=True)
class Site:
    """A range counted from the first line of a chunk of a document, so that lines moving above change nothing."""

    path: str
    chunk: int
    """Serial number of the chunk in its document; `WHOLE_TEXT` where the range counts from the top."""
    range: Range


def column_in(text: str, units: int, encoding: Encoding) -> int:
    """Code-point column of a column of the line `text` counted in `encoding`."""
    if encoding is Encoding.UTF32 or text.isascii():
        return min(max(units, 0), len(text))
    seen = 0
    for column, character in enumerate(text):
        seen += encoding.width(character)
        if seen > units:
            return column
    return len(text)


def split_lines(text: str) -> list[str]:
    """The lines of a text, each with its ending; the last one, which may be empty, has none."""
    starts = [0, *(match.end() for match in _LINE_END.finditer(text)), len(text)]
    return [text[start:end] for start, end in pairwise(starts)]


class LineMap:
    """Lines of one text, and the conversions that need them."""

    def __init__(self, text: str) -> None:
        self.text = text
        """The whole text."""

    @cached_property
    def _bounds(self) -> tuple[list[int], list[int]]:
        """Where the lines start and end."""
        if "\r" not in self.text:
            widths = accumulate(map(len, self.text.split("\n")))
            ends = [width + number for number, width in enumerate(widths)]
            return [0, *(end + 1 for end in ends[:-1])], ends
        starts, ends = [0], []
        for match in _LINE_END.finditer(self.text):
            ends.append(match.start())
            starts.append(match.end())
        ends.append(len(self.text))
        return starts, ends

    @cached_property
    def _starts(self) -> list[int]:
        return self._bounds[0]

    @cached_property
    def _ends(self) -> list[int]:
        return self._bounds[1]

    def __len__(self) -> int:
        return len(self._starts)

    @cached_property
    def newline(self) -> str:
        """The line ending that this text uses (its first one)."""
        match = _LINE_END.search(self.text)
        return match.group() if match else "\n"

    def line(self, number: int) -> str:
        """The text of one line without its ending; empty beyond the last line."""
        if not 0 <= number < len(self._starts):
            return ""
        return self.text[self._starts[number] : self._ends[number]]

    def lines(self) -> Iterator[str]:
        """All lines without their endings."""
        return (self.line(number) for number in range(len(self)))

    def offset(self, position: Position) -> int:
        """The index into the text; positions outside are moved to the nearest one inside."""
        if position.line < 0:
            return 0
        if position.line >= len(self._starts):
            return len(self.text)
        start, end = self._starts[position.line], self._ends[position.line]
        return min(start + max(position.column, 0), end)

    def position(self, offset: int) -> Position:
        """The position of an index into the text."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self._starts, offset) - 1
        return Position(line, min(offset, self._ends[line]) - self._starts[line])

    def slice(self, span: Range) -> str:
        """The text of a range."""
        return self.text[self.offset(span.start) : self.offset(span.end)]

    def from_utf8(self, line: int, units: int) -> int:
        """Code-point column of a UTF-8 column (what `ast` and code objects count)."""
        return self.column(line, units, Encoding.UTF8)

    def column(self, line: int, units: int, encoding: Encoding) -> int:
        """Code-point column of a column counted in `encoding`; one inside a character becomes its start."""
        return column_in(self.line(line), units, encoding)

    def units(self, position: Position, encoding: Encoding) -> int:
        """Column of `position` counted in `encoding`."""
        return encoding.width(self.line(position.line)[: position.column])


def apply_edits(text: str, edits: list[tuple[Range, str]]) -> str:
    """`text` after all `edits`, whose ranges count in the old text and must not overlap.

    Raises ValueError where two edits overlap.
    """
    lines = LineMap(text)
    spans = sorted((lines.offset(span.start), lines.offset(span.end), new) for span, new in edits)
    parts, at = [], 0
    for start, end, new in spans:
        if start < at:
            raise ValueError(f"edits overlap at {lines.position(start)}")
        parts += [text[at:start], new]
        at = end
    return "".join([*parts, text[at:]])
