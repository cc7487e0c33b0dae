"""The tokens of a part of a text, with places that count from the top of it."""

from __future__ import annotations

import token
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from gradsight.text import LineMap, Position, Range


class TokenKind(Enum):
    """What kind of token it is, as far as anybody asks."""

    NAME = "name"
    NUMBER = "number"
    STRING = "string"
    """A whole string, or a part of an f-string."""
    OPERATOR = "operator"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Token:
    """One token."""

    kind: TokenKind
    text: str
    range: Range


_KINDS = {
    token.NAME: TokenKind.NAME,
    token.NUMBER: TokenKind.NUMBER,
    token.STRING: TokenKind.STRING,
    token.OP: TokenKind.OPERATOR,
    token.COMMENT: TokenKind.COMMENT,
}
# From Python 3.12 on an f-string is several tokens.
_FORMAT_PARTS = {
    getattr(token, f"{prefix}STRING_{part}")
    for prefix in "FT"
    for part in ("START", "MIDDLE", "END")
    if hasattr(token, f"{prefix}STRING_{part}")
}


def tokens(lines: LineMap, start: Position, stop: Position) -> Iterator[Token]:
    """The tokens that begin between `start`, which must begin one, and `stop`; fewer where the code is broken."""

    def read() -> Iterator[str]:
        yield lines.line(start.line)[start.column :] + "\n"
        for number in range(start.line + 1, len(lines)):
            yield lines.line(number) + "\n"

    try:
        for each in tokenize.generate_tokens(read().__next__):
            first, last = _placed(each.start, start), _placed(each.end, start)
            if first >= stop:
                return
            kind = TokenKind.STRING if each.type in _FORMAT_PARTS else _KINDS.get(each.type)
            if kind is not None:
                yield Token(kind, each.string, Range(first, last))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return


def _placed(at: tuple[int, int], start: Position) -> Position:
    line, column = at
    return Position(start.line + line - 1, column + (start.column if line == 1 else 0))


def lines_inside_strings(lines: LineMap, first: int, end: int) -> frozenset[int]:
    """Which of the lines from `first` up to `end` begin inside a string, so that their indentation is part of it.

    `first` must be the first line of a statement.
    """
    inside: set[int] = set()
    for each in tokens(lines, Position(first, 0), Position(end, 0)):
        if each.kind is TokenKind.STRING:
            inside.update(range(each.range.start.line + 1, each.range.end.line + 1))
    return frozenset(inside)
