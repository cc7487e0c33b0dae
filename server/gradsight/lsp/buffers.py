"""Texts as the editor has them open.

They are kept here and not by the protocol library, because that one splits lines at characters that
are no line ends in the protocol and puts the whole text together anew for each character typed.
"""

from __future__ import annotations

from gradsight.text import Encoding, Position, column_in, split_lines


class Buffer:
    """One open text and its version; changed line by line."""

    def __init__(self, text: str, version: int) -> None:
        self.version = version
        self._lines = split_lines(text)
        self._text: str | None = text

    @property
    def text(self) -> str:
        """The whole text."""
        if self._text is None:
            self._text = "".join(self._lines)
        return self._text

    def line(self, number: int) -> str:
        """A line without its ending; empty outside the text."""
        return self._lines[number].rstrip("\r\n") if 0 <= number < len(self._lines) else ""

    def replace_all(self, text: str) -> None:
        """Makes `text` the whole text."""
        self._lines = split_lines(text)
        self._text = text

    def replace(self, start: Position, end: Position, new: str, encoding: Encoding) -> None:
        """Puts `new` in place of a range whose columns are counted in `encoding`; ranges outside are moved inside."""
        start, end = self._inside(start, encoding), self._inside(end, encoding)
        if end < start:
            start, end = end, start
        first, last = start.line, end.line
        before = self._lines[first][: start.column]
        after = self._lines[last][end.column :]
        # The ending of the line before may be a carriage return that now gets its line feed.
        if start.column == 0 and first > 0:
            first -= 1
            before = self._lines[first]
        pieces = split_lines(before + new + after)
        if last + 1 < len(self._lines):
            # What ended with a line end has an empty last piece, which is not a line of its own there.
            if pieces[-1] == "":
                pieces.pop()
            else:
                pieces = split_lines(before + new + after + self._lines[last + 1])
                last += 1
                if last + 1 < len(self._lines) and pieces[-1] == "":
                    pieces.pop()
        self._lines[first : last + 1] = pieces
        self._text = None

    def _inside(self, position: Position, encoding: Encoding) -> Position:
        if position.line < 0:
            return Position(0, 0)
        if position.line >= len(self._lines):
            return Position(len(self._lines) - 1, len(self.line(len(self._lines) - 1)))
        return Position(position.line, column_in(self.line(position.line), position.column, encoding))
