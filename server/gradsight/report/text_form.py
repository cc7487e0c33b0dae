"""The findings for people: with the lines they are about, or one per line."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gradsight.document import Document
from gradsight.finding import Certainty, Finding, Safety, Severity
from gradsight.report.colour import OF_SEVERITY, Paint, Style
from gradsight.report.where import where
from gradsight.text import Place

_MOST_LINES = 4
"""Lines of a frame; what is longer is cut short."""
_TAB = 4
_WIDEST = 160
"""Columns of a line that are shown."""


def concise(findings: Iterable[Finding], documents: Mapping[str, Document]) -> Iterator[str]:
    """One line per finding, in the form that editors and grep understand."""
    for finding in findings:
        at = where(documents, finding.place)
        yield f"{at}: {finding.code} {finding.severity.value} {_one_line(finding.message)} [{finding.name}]"


def full(findings: Iterable[Finding], documents: Mapping[str, Document], paint: Paint) -> Iterator[str]:
    """Each finding with its code, the places that have a part in it in the order of the flow, and its fixes."""
    for finding in findings:
        style = OF_SEVERITY[finding.severity]
        title = paint(f"{finding.severity.value}[{finding.code}]", style)
        yield f"{title} {paint(_one_line(finding.message), Style.BOLD)}"
        known = "observed while running" if finding.certainty is Certainty.OBSERVED else finding.certainty.value
        yield _arrow(paint, f"{where(documents, finding.place)}  {paint(f'{finding.name}, {known}', Style.DIM)}")
        yield from _frame(documents, finding.place, paint, style)
        for number, related in enumerate(finding.related, start=1):
            note = f"{number}. {where(documents, related.place)}  {_one_line(related.message)}"
            yield f"   {note}"
            yield from _frame(documents, related.place, paint, Style.BLUE)
        for fix in finding.fixes:
            changes = " (changes training)" if fix.safety is Safety.CHANGES_TRAINING else ""
            yield f"   {paint('fix:', Style.GREEN)} {fix.title}{changes}"
        yield ""


def summary(findings: Sequence[Finding], files: int, paint: Paint) -> str:
    """The last line: how many of what."""
    of_files = f"{files} file{'' if files == 1 else 's'}"
    if not findings:
        return paint(f"Nothing found in {of_files}.", Style.GREEN)
    counts = [
        paint(_plural(count, severity), OF_SEVERITY[severity])
        for severity in Severity
        if (count := sum(finding.severity is severity for finding in findings))
    ]
    return f"Found {', '.join(counts)} in {of_files}."


def _plural(count: int, severity: Severity) -> str:
    mass_noun = severity is Severity.INFORMATION
    return f"{count} {severity.value}{'' if count == 1 or mass_noun else 's'}"


def _arrow(paint: Paint, text: str) -> str:
    return f"  {paint('-->', Style.BLUE)} {text}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _frame(documents: Mapping[str, Document], place: Place, paint: Paint, style: Style) -> Iterator[str]:
    """The lines of a place with a mark under it."""
    lines, start, end = documents[place.path].lines, place.range.start, place.range.end
    first_line = where(documents, place).first_line
    last = end.line if end.column > 0 or end == start else end.line - 1
    shown = range(start.line, min(last, start.line + _MOST_LINES - 1) + 1)
    width = len(str(shown[-1] + 1 - first_line)) if shown else 1
    bar = paint("|", Style.BLUE)
    yield f"   {'':{width}} {bar}"
    for number in shown:
        text = lines.line(number)
        indent = len(text) - len(text.lstrip())
        from_column = start.column if number == start.line else indent
        to_column = end.column if number == end.line else len(text.rstrip())
        before = _wide(text[:from_column])
        marked = _wide(text[from_column:to_column], _columns(before))
        mark = " " * _columns(before) + paint("^" * max(_columns(marked), 1), style)
        label = paint(str(number + 1 - first_line).rjust(width), Style.BLUE)
        yield f"   {label} {bar} {_cut(_wide(text))}".rstrip()
        if _columns(before) < _WIDEST:
            yield f"   {'':{width}} {bar} {mark}"
    if last > shown[-1]:
        yield f"   {'':{width}} {bar} ..."


def _wide(text: str, at: int = 0) -> str:
    """Tabs as blanks and control characters as one blank each, so that marks stand under what they mark."""
    parts: list[str] = []
    column = at
    for character in text:
        if character == "\t":
            blanks = _TAB - column % _TAB
            parts.append(" " * blanks)
            column += blanks
        else:
            parts.append(character if character.isprintable() else " ")
            column += _columns(character)
    return "".join(parts)


def _columns(text: str) -> int:
    """Terminal columns that a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"
