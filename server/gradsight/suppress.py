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
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from gradsight.finding import Edit, Finding, Fix, Safety
from gradsight.text import LineMap, Place, Range

_MARK = "gradsight:"
_COMMENT = re.compile(r"#\s*gradsight:\s*ignore(?P<file>-file)?\b(?P<list>\s*\[(?P<selectors>[^\]\n]*)\])?")

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
    lines = _read(text)
    marks = {
        line: found for line, (_, comment) in lines.comments.items() if (found := list(_COMMENT.finditer(comment)))
    }
    if any(mark["file"] for found in marks.values() for mark in found):
        return ()
    return [finding for finding in findings if not _suppressed(finding, lines, marks)]


def _suppressed(finding: Finding, lines: _Lines, marks: dict[int, list[re.Match[str]]]) -> bool:
    first = finding.range.start.line
    end = finding.range.end.line
    end = max(end, lines.last.get(end, end))
    return any(_means(mark, finding) for line in range(first, end + 1) for mark in marks.get(line, ()))


def _means(mark: re.Match[str], finding: Finding) -> bool:
    if mark["list"] is None:
        return True
    selectors = [selector.strip() for selector in mark["selectors"].split(",")]
    return any(selector and (finding.code.startswith(selector) or finding.name == selector) for selector in selectors)


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
