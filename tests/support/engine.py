"""The product as the tests of whole programs call it, and how their failures read."""

from __future__ import annotations

from collections.abc import Iterable

from gradsight.analyse import analyse
from gradsight.autograd.events import Trace
from gradsight.document import Document
from gradsight.finding import Finding, Fix
from gradsight.text import apply_edits
from support.markers import Marker

PATH = "program.py"


def static_findings(text: str) -> tuple[Finding, ...]:
    """What reading `text` finds; a check that raises raises here."""
    return analyse(Document.from_text(PATH, text), strict=True).findings


def findings_in(text: str, trace: Trace) -> tuple[Finding, ...]:
    """What running `text` has found."""
    return analyse(Document.from_text(PATH, text), observed=trace, strict=True).findings


def accept(text: str, fix: Fix) -> str:
    """`text` after a quick fix."""
    return apply_edits(text, [(edit.place.range, edit.new_text) for edit in fix.edits])


def repaired(text: str, code: str | None = None, rounds: int = 8) -> tuple[str, tuple[str, ...]]:
    """`text` after the first fixes of its findings, accepted one by one (those of `code` first), with their titles."""
    titles: list[str] = []
    for _ in range(rounds):
        fixable = [finding for finding in static_findings(text) if finding.fixes]
        if not fixable:
            break
        fixable.sort(key=lambda finding: (finding.code != code, finding.place))
        fix = fixable[0].fixes[0]
        text = accept(text, fix)
        titles.append(fix.title)
    return text, tuple(titles)


def differences(text: str, expected: Iterable[Marker], findings: Iterable[Finding]) -> str:
    """Where findings and markers disagree, with the lines they are on; empty where they agree."""
    lines = text.split("\n")
    open_markers, unexpected = list(expected), []
    for finding in findings:
        match = next((marker for marker in open_markers if _meets(marker, finding)), None)
        if match is not None:
            open_markers.remove(match)
        else:
            unexpected.append(finding)
    report = [f"missing     {_marked(marker)}\n    {lines[marker.line].strip()}" for marker in open_markers]
    report += [f"unexpected  {described(text, finding)}" for finding in unexpected]
    return "\n".join(report)


def _meets(marker: Marker, finding: Finding) -> bool:
    start, end = finding.range.start, finding.range.end
    if (marker.code, marker.line, marker.start) != (finding.code, start.line, start.column):
        return False
    if marker.severity is not None and marker.severity != finding.severity.value:
        return False
    return end.line > marker.line if marker.end is None else (end.line, end.column) == (marker.line, marker.end)


def _marked(marker: Marker) -> str:
    return f"{marker.line + 1}:{marker.start + 1} {marker.code} {marker.severity or ''} `{marker.text}`"


def described(text: str, finding: Finding) -> str:
    """One finding with its source line, for people."""
    start, end = finding.range.start, finding.range.end
    line = text.split("\n")[start.line]
    quote = line[start.column : end.column if start.line == end.line else None]
    kind = f"{finding.code} {finding.severity.value} {finding.certainty.value}"
    return f"{start.line + 1}:{start.column + 1} {kind} `{quote}`\n    {finding.message}\n    {line.strip()}"
