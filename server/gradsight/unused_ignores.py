"""Comments that leave nothing out, found after all checks have spoken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gradsight.autograd.events import Trace
from gradsight.checks import all_checks
from gradsight.checks.define import Check
from gradsight.checks.unused_ignore import CHECK
from gradsight.checks.view import View
from gradsight.document import Document
from gradsight.finding import Edit, Finding, Fix, Safety
from gradsight.selection import Selection
from gradsight.suppress import Mark, comments, means
from gradsight.text import Place, Range


def unused(
    document: Document,
    documents: Mapping[str, Document],
    trace: Trace,
    findings: Iterable[Finding],
    selection: Selection,
) -> Iterator[Finding]:
    """The comments of `document` (or the entries in them) that none of `findings` is concerned by.

    `findings` are those of all checks, before any was left out. Where the trace is not all of the program, nothing is
    said.
    """
    marks = comments(document.text)
    if not marks or trace.observed or not trace.complete or any(mark.whole_file for mark in marks):
        return
    if any(placed.chunk.broken for placed in document.chunks):
        return
    here = [finding for finding in findings if finding.place.path == document.path]
    walked: frozenset[tuple[str, int]] | None = None
    for mark in marks:
        idle = list(_idle(mark, [finding for finding in here if mark.stands_at(finding)], document.path, selection))
        if not idle:
            continue
        view = View(trace, documents)
        walked = _walked(view) if walked is None else walked
        if _function(view, document, mark) not in walked:
            continue
        entries = mark.selectors or ()
        if len(idle) == len(entries) or not entries:
            known = not entries or any(_named(selector) for selector, _ in idle)
            selector = ", ".join(selector for selector, _ in idle)
            yield _found(document, trace, mark, mark.range, None if known else selector, [(mark.whole, mark.rest)])
            continue
        for selector, span in idle:
            edits = [(_with_comma(document, span), "")]
            yield _found(document, trace, mark, span, None if _named(selector) else selector, edits)


def _idle(mark: Mark, there: list[Finding], path: str, selection: Selection) -> Iterator[tuple[str, Range]]:
    """What a comment names without effect; the comment itself where it names nothing."""
    if mark.selectors is None:
        readable = (check for check in all_checks() if check.static)
        if not there and all(selection.hears(check.code, check.name, path) for check in readable):
            yield "", mark.range
        return
    for selector, span in mark.selectors:
        meant = _named(selector)
        used = any(means(selector, finding.code, finding.name) for finding in there)
        heard = all(check.static and selection.hears(check.code, check.name, path) for check in meant)
        if heard and not used:
            yield selector, span


def _named(selector: str) -> list[Check]:
    return [check for check in all_checks() if means(selector, check.code, check.name)]


def _found(
    document: Document, trace: Trace, mark: Mark, span: Range, unknown: str | None, edits: list[tuple[Range, str]]
) -> Finding:
    fix = Fix(
        "Remove the comment" if span == mark.range else f"Remove `{document.lines.slice(span)}`",
        Safety.SAFE,
        tuple(Edit(Place(document.path, part), text) for part, text in edits),
    )
    place = Place(document.path, span)
    if unknown:
        return CHECK.finding(place, trace, variant="unknown", selector=unknown, fixes=[fix])
    return CHECK.finding(place, trace, comment=document.lines.slice(span), fixes=[fix])


def _with_comma(document: Document, span: Range) -> Range:
    """An entry of the list with one comma and the blanks at it."""
    line, text = span.start.line, document.lines.line(span.start.line)
    start, end = span.start.column, span.end.column
    rest = text[end:]
    if rest.lstrip().startswith(","):
        after = rest.lstrip()[1:]
        return Range.of(line, start, line, len(text) - len(after.lstrip()))
    before = text[:start].rstrip()
    return Range.of(line, len(before) - 1 if before.endswith(",") else start, line, end)


def _walked(view: View) -> frozenset[tuple[str, int]]:
    """The functions that a call was seen to enter, and what lies outside of all."""
    found = {(path, -1) for path in view.documents}
    sites = {event.site for event in view.trace.events if event.calls and event.site.path in view.documents}
    return frozenset(found | {view.function(view.place(site)) for site in sites})


def _function(view: View, document: Document, mark: Mark) -> tuple[str, int]:
    line = mark.range.start.line
    column = len(document.lines.line(line)) - len(document.lines.line(line).lstrip())
    return view.function(Place(document.path, Range.of(line, column, line, column)))
