"""Comments by which a program says that a finding is meant: `# gradsight: ignore[GS302]`.

- `# gradsight: ignore[GS302, graph-cut-by-detach]`: these checks (codes, beginnings of codes or
  names) are silent for findings on this line;
- `# gradsight: ignore`: all of them are;
- `# gradsight: ignore-file`, anywhere: nothing is said about the file.

A comment counts for a finding when it stands on a line of the statement that the finding is in, from
the finding's first line on: where a bracket is open, the end of the statement may be the only place
that a formatter leaves for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from gradsight.finding import Edit, Finding, Fix, Safety
from gradsight.text import LineMap, Place, Range

_MARK = "gradsight:"
_COMMENT = re.compile(r"#\s*(?P<mark>gradsight:\s*ignore(?P<file>-file)?\b(?P<list>\s*\[(?P<selectors>[^\]\n]*)\])?)")

# Strings first, so that a `#` inside one is no comment; an unclosed string ends with its line, an
# unclosed triple quote with the text.
_LEXEMES = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"""|\Z)'
    r"|'''(?:\\.|[^\\])*?(?:'''|\Z)"
    r'|"(?:\\(?:\r\n|.)|[^"\\\r\n])*"?'
    r"|'(?:\\(?:\r\n|.)|[^'\\\r\n])*'?"
    r"|(?P<comment>#[^\r\n]*)"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<join>\\(?:\r\n|\r|\n))|(?P<end>\r\n|\r|\n)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Lines:
    """What matters here of a text, by line."""

    comments: dict[int, tuple[int, str]]
    """Column and text of the comment of a line."""
    last: dict[int, int]
    """The last line of the logical line that a line belongs to, where that is another one."""
    inside: frozenset[int]
    """Lines whose end lies in a string or behind a backslash: no comment can be put there."""


@lru_cache(maxsize=8)
def _read(text: str) -> _Lines:
    comments: dict[int, tuple[int, str]] = {}
    last: dict[int, int] = {}
    inside: set[int] = set()
    lines = LineMap(text)
    depth = first = 0
    for match in _LEXEMES.finditer(text):
        kind = match.lastgroup
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth = max(depth - 1, 0)
        elif kind == "comment":
            at = lines.position(match.start())
            comments[at.line] = (at.column, match.group())
        elif kind == "join":
            inside.add(lines.position(match.start()).line)
        elif kind == "end":
            if depth == 0:
                line = lines.position(match.start()).line
                last.update((inner, line) for inner in range(first, line))
                first = line + 1
        elif "\n" in match.group() or "\r" in match.group():
            inside.update(range(lines.position(match.start()).line, lines.position(match.end()).line))
    return _Lines(comments, last, frozenset(inside))


def unsuppressed(text: str, findings: Iterable[Finding]) -> Iterable[Finding]:
    """The findings of one text that no comment in it asks to leave out."""
    if _MARK not in text:
        return findings
    marks = comments(text)
    if any(mark.whole_file for mark in marks):
        return ()
    return [finding for finding in findings if not any(mark.silences(finding) for mark in marks)]


@dataclass(frozen=True, slots=True)
class Mark:
    """One such comment."""

    range: Range
    """Of `gradsight: ignore[...]`, without what stands before and behind it in the comment."""
    whole: Range
    """What goes where the mark goes: with the `#` and the blanks before it, or with those behind it."""
    rest: str
    """What stays in its place: the `#` of a comment that goes on."""
    selectors: tuple[tuple[str, Range], ...] | None
    """What is listed, with its place; None: everything is meant."""
    whole_file: bool
    lines: _Lines

    def stands_at(self, finding: Finding) -> bool:
        """Whether the comment counts for what is found there."""
        first, end = finding.range.start.line, finding.range.end.line
        return first <= self.range.start.line <= max(end, self.lines.last.get(end, end))

    def silences(self, finding: Finding) -> bool:
        """Whether the comment asks to leave this finding out."""
        if not self.stands_at(finding):
            return False
        if self.selectors is None:
            return True
        return any(means(selector, finding.code, finding.name) for selector, _ in self.selectors)


def means(selector: str, code: str, name: str) -> bool:
    """Whether a selector in a comment means a check: its code, the beginning of it, or its name."""
    return bool(selector) and (code.startswith(selector) or name == selector)


def comments(text: str) -> list[Mark]:
    """All such comments of a text, in order."""
    if _MARK not in text:
        return []
    lines, found = _read(text), LineMap(text)
    marks = []
    for line, (column, comment) in lines.comments.items():
        for match in _COMMENT.finditer(comment):
            start, end = column + match.start(), column + match.end()
            before, behind = found.line(line)[:start], comment[match.end() :]
            goes_on = bool(behind.strip()) and not behind.lstrip().startswith("#")
            whole = (start, end + len(behind) - len(behind.lstrip())) if goes_on else (len(before.rstrip()), end)
            marks.append(
                Mark(
                    Range.of(line, column + match.start("mark"), line, end),
                    Range.of(line, whole[0], line, whole[1]),
                    "# " if goes_on else "",
                    None if match["list"] is None else tuple(_selectors(match, line, column)),
                    match["file"] is not None,
                    lines,
                )
            )
    return marks


def _selectors(match: re.Match[str], line: int, column: int) -> Iterator[tuple[str, Range]]:
    at = column + match.start("selectors")
    for part in match["selectors"].split(","):
        start = at + len(part) - len(part.lstrip())
        yield part.strip(), Range.of(line, start, line, start + len(part.strip()))
        at += len(part) + 1


def ignore_fix(text: str, finding: Finding) -> Fix | None:
    """The fix that silences `finding` where it is by a comment; None where no comment can stand."""
    read, lines = _read(text), LineMap(text)
    first, end = finding.range.start.line, finding.range.end.line
    end = max(end, read.last.get(end, end))
    line = next((line for line in (first, *range(end, first, -1)) if line not in read.inside), None)
    if line is None:
        return None
    title = f"Ignore {finding.code} on this line"
    column, comment = read.comments.get(line, (len(lines.line(line).rstrip()), ""))
    listed = next((mark for mark in _COMMENT.finditer(comment) if mark["list"] and not mark["file"]), None)
    if listed:
        at = column + listed.end("selectors")
        separator = ", " if listed["selectors"].strip() else ""
        new_text = f"{separator}{finding.code}"
    else:
        at = len(lines.line(line).rstrip())
        new_text = f"  # gradsight: ignore[{finding.code}]"
    place = Place(finding.place.path, Range.of(line, at, line, at))
    return Fix(title, Safety.SAFE, (Edit(place, new_text),))
