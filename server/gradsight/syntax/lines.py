"""Logical lines: which physical lines make up one statement, decided fast and without a parser.

A bracket or string that is opened and never closed would swallow the rest of the file. So a
statement that cannot be right (a keyword such as `def` inside brackets, the end of the text inside
a string) is ended early, by indentation, and marked as not whole.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import NamedTuple

BLANK = re.compile(r"[ \t\f]*(?:#.*)?\Z", re.DOTALL)
"""A line without code."""

COMPOUND = re.compile(r"[ \t\f]*(?:async|class|def|elif|else|except|finally|for|if|try|while|with)\b|[ \t\f]*@")
"""The first line of something that has a body, or a decorator."""

HEADER_END = re.compile(r":[ \t\f]*(?:#.*)?\Z", re.DOTALL)
"""The colon at the end of a line, behind which a body is expected."""

_INDENT = re.compile(r"[ \t\f]*")
_NEVER_INSIDE = re.compile(
    r"[ \t\f]*(?:assert|break|class|continue|def|del|elif|except|finally|global|import|nonlocal|pass|raise|return|try"
    r"|while|with)\b"
)
"""Keywords that cannot begin a line within brackets, because no expression contains them."""
_BEGINS_STATEMENT = re.compile(r"[ \t\f]*(?!(?:and|in|is|or)\b)[^\W\d]|[ \t\f]*@")

_NEEDS_CARE = re.compile(r"[\"'#\\]")
_HAS_BRACKET = re.compile(r"[()\[\]{}]")
_CODE = re.compile(
    r"(?<!\w)(?:[fFtT][rR]?|[rR][fFtT])(?P<format>\"\"\"|'''|\"|')"
    r"|(?P<triple>\"\"\"|''')"
    r"|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
    r"|(?P<unclosed>[\"'])|(?P<comment>#)|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<backslash>\\\Z)|(?P<colon>:)",
    re.DOTALL,
)
_QUOTES = ('"""', "'''", '"', "'")
_STRING_END = {quote: re.compile(rf"(?:[^\\]|\\.)*?{quote}", re.DOTALL) for quote in _QUOTES}
_IN_FORMAT = {
    quote: re.compile(rf"\{{\{{|\}}\}}|\\N\{{[^{{}}]*\}}|\\(?![{{}}]).|(?P<field>\{{)|(?P<end>{quote})", re.DOTALL)
    for quote in _QUOTES
}
_IN_FORMAT_SPEC = {quote: re.compile(rf"(?P<field>\{{)|(?P<done>\}})|(?P<end>{quote})", re.DOTALL) for quote in _QUOTES}
_WORD_AFTER_STRING = re.compile(r"(?!(?:and|as|async|else|for|if|in|is|not|or)\b)[^\W\d]\w*(?![\w\"'])")
_CLOSES = {")": "(", "]": "[", "}": "{"}
_FIELDS_SPAN_LINES = sys.version_info >= (3, 12)


class Logical(NamedTuple):
    """One statement, or one header of a compound statement, by its physical lines."""

    first: int
    end: int
    """The line after the last one."""
    indent: int
    whole: bool
    """False where a bracket or string is left open."""
    reach: int
    """How many lines of the text were looked at to decide; beyond their number where it was the end."""


class _Open(NamedTuple):
    """Something opened and not closed yet."""

    kind: str
    """A bracket, a quote; `f` and a quote inside the words of an f-string, `{f` in a field of it, `:f` in a
    field's format."""
    quote: str
    line: int
    """-1 where that line begins inside a string, so that reading from there would see something else."""
    in_string: bool
    """Whether this or anything around it that is open is a string."""


class _Broken(Exception):
    """What is open here will not be closed by valid code."""


def indent_of(line: str) -> int:
    """The indentation as Python's tokenizer counts it."""
    match = _INDENT.match(line)
    white = match.group() if match else ""
    if "\f" in white:
        white = white[white.rindex("\f") + 1 :]
    return len(white.expandtabs(8)) if "\t" in white else len(white)


class LineScanner:
    """Finds the logical lines of a text."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self._hopeless: dict[int, int] = {}
        """Lines that are known to open what is never closed, with how far one must look to see it."""

    def logical(self, first: int, stop: int) -> Logical:
        """The logical line that begins on line `first`, which holds code; nothing at `stop` or later belongs to it."""
        lines = self.lines
        text = lines[first]
        if not _HAS_BRACKET.search(text) and not _NEEDS_CARE.search(text):
            return Logical(first, first + 1, indent_of(text), True, first + 1)
        if first in self._hopeless:
            return self._given_up(first, stop, self._hopeless[first])
        opened: list[_Open] = []
        line = first
        while True:
            if opened and line > first and _NEVER_INSIDE.match(text) and not opened[-1].in_string:
                break
            try:
                joined = _feed(text, line, opened)
            except _Broken:
                break
            line += 1
            if not opened and not joined:
                return Logical(first, line, indent_of(lines[first]), True, line)
            if line >= stop:
                if not opened:
                    return Logical(first, line, indent_of(lines[first]), True, stop + 1)
                break
            text = lines[line]
        reach = line + 1
        if opened and not opened[-1].in_string:
            for each in opened:
                self._hopeless[each.line] = reach
        return self._given_up(first, stop, reach)

    def _given_up(self, first: int, stop: int, reach: int) -> Logical:
        """Ends a statement that has no end of its own at the first line that looks like another statement."""
        indent, end = indent_of(self.lines[first]), first + 1
        if not COMPOUND.match(self.lines[first]) and not HEADER_END.search(self.lines[first]):
            deepest = max(indent, self._indent_before(first))
            while end < stop:
                text = self.lines[end]
                if _BEGINS_STATEMENT.match(text) and indent_of(text) <= deepest:
                    break
                end += 1
            reach = max(reach, end + 1)
            while end > first + 1 and BLANK.match(self.lines[end - 1]):
                end -= 1
        return Logical(first, end, indent, False, reach)

    def _indent_before(self, first: int) -> int:
        """How deep the code before a line is: what stands no deeper behind it can be a statement too.

        For a line without indentation this is 0, so that what comes before a top-level statement has no say in
        where it ends.
        """
        if indent_of(self.lines[first]) == 0:
            return 0
        line = first - 1
        while line >= 0 and BLANK.match(self.lines[line]):
            line -= 1
        if line < 0:
            return 0
        if HEADER_END.search(self.lines[line]) and first + 1 < len(self.lines):
            return max(indent_of(self.lines[line]), indent_of(self.lines[first + 1]))
        return indent_of(self.lines[line])

    def cut_short(self, logical: Logical) -> Logical:
        """The same statement as if what it opens were never closed."""
        return self._given_up(logical.first, logical.end, logical.end)


def _feed(text: str, line: int, opened: list[_Open]) -> bool:
    """Follows one physical line; True where a backslash joins the next one to it.

    Raises _Broken where no continuation can be valid.
    """
    if not _NEEDS_CARE.search(text) and not (opened and opened[-1].quote):
        balanced = (
            text.count("(") == text.count(")")
            and text.count("[") == text.count("]")
            and text.count("{") == text.count("}")
        )
        if balanced:
            return False
    at = 0
    if opened and opened[-1].in_string:
        line = -1
    while True:
        kind = opened[-1].kind if opened else ""
        if kind in _STRING_END:
            at = _through_string(text, at, opened)
        elif kind[:1] in ("f", ":"):
            at = _through_format(text, at, line, opened)
        else:
            at, joined = _through_code(text, at, line, opened)
            if joined:
                return True
        if at < 0:
            return False


def _through_code(text: str, at: int, line: int, opened: list[_Open]) -> tuple[int, bool]:
    """Where the code part that starts at `at` enters or leaves a string (-1: not on this line)."""
    for match in _CODE.finditer(text, at):
        group = match.lastgroup
        if group is None:
            continue
        if group == "open":
            opened.append(_Open(match.group(), "", line, bool(opened) and opened[-1].in_string))
        elif group == "close":
            if opened and opened[-1].kind == "{f":
                if match.group() != "}":
                    raise _Broken
                opened.pop()
                return match.end(), False
            if opened:
                if opened[-1].kind != _CLOSES[match.group()]:
                    raise _Broken
                opened.pop()
        elif group == "comment":
            break
        elif group == "backslash":
            return -1, True
        elif group == "unclosed":
            if not _ends_in_backslash(text):
                raise _Broken
            opened.append(_Open(match.group(), match.group(), line, True))
            return -1, False
        elif group == "triple":
            opened.append(_Open(match.group(), match.group(), line, True))
            return match.end(), False
        elif group == "format":
            opened.append(_Open("f" + match["format"], match["format"], line, True))
            return match.end(), False
        elif opened and opened[-1].kind == "{f":
            opened[-1] = _Open(":f", opened[-1].quote, line, True)
            return match.end(), False
    if (
        not _FIELDS_SPAN_LINES
        and opened
        and opened[-1].in_string
        and any(each.kind == "{f" and len(each.quote) == 1 for each in opened)
    ):
        raise _Broken
    return -1, False


def _through_string(text: str, at: int, opened: list[_Open]) -> int:
    """Behind the end of the string that is open, -1 if it goes on."""
    quote = opened[-1].quote
    match = _STRING_END[quote].match(text, at)
    if match is None:
        if len(quote) == 1 and not _ends_in_backslash(text):
            raise _Broken
        return -1
    opened.pop()
    if len(quote) == 3:
        _check_behind(text, match.end())
    return match.end()


def _through_format(text: str, at: int, line: int, opened: list[_Open]) -> int:
    """Where the words (or the format) of an f-string are left: for a field, or at its end; -1 if they go on."""
    top = opened[-1]
    pattern = _IN_FORMAT[top.quote] if top.kind[0] == "f" else _IN_FORMAT_SPEC[top.quote]
    for match in pattern.finditer(text, at):
        group = match.lastgroup
        if group == "field":
            opened.append(_Open("{f", top.quote, line, True))
            return match.end()
        if group == "done":
            opened.pop()
            return match.end()
        if group == "end":
            while opened.pop().kind != "f" + top.quote:
                pass
            if len(top.quote) == 3:
                _check_behind(text, match.end())
            return match.end()
    if len(top.quote) == 1 and not _ends_in_backslash(text):
        raise _Broken
    return -1


def _check_behind(text: str, at: int) -> None:
    """A word directly behind a string means that what looked like its end is the start of another one."""
    if _WORD_AFTER_STRING.match(text, at):
        raise _Broken


def _ends_in_backslash(text: str) -> bool:
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1
