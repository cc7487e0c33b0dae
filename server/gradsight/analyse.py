"""From a document to its findings: the whole product as one function without side effects."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from gradsight import static
from gradsight.autograd.events import Trace
from gradsight.checks.view import View
from gradsight.document import Document
from gradsight.finding import Certainty, Finding
from gradsight.judge import Judged, found_in, judge
from gradsight.selection import Selection
from gradsight.suppress import unsuppressed
from gradsight.text import Place
from gradsight.unused_ignores import unused

logger = logging.getLogger(__name__)

_MENTIONS_TORCH = re.compile(r"\btorch")
_CERTAINTIES = (Certainty.OBSERVED, Certainty.CERTAIN, Certainty.POSSIBLE)


@dataclass(frozen=True)
class Analysis:
    """All that is known about one document after reading or running it."""

    document: Document
    trace: Trace
    findings: tuple[Finding, ...]
    """By place, then by code."""
    walk: static.Walk | None = None
    """What the next analysis of the edited document can reuse; None where nothing was walked."""
    documents: Mapping[str, Document] = field(default_factory=dict)
    """Every document that findings may point into, by path; the analysed one among them."""
    judged: Judged | None = None
    """What the checks said of each part of the walk, before anything was left out."""


def analyse(
    document: Document,
    *,
    select: Selection | None = None,
    observed: Trace | None = None,
    previous: Analysis | None = None,
    documents: Mapping[str, Document] | None = None,
    project: static.Project | None = None,
    strict: bool | None = None,
) -> Analysis:
    """The findings of `document`: from reading it, or from `observed` if a probe ran it.

    `documents` are the other texts that an observed trace points into. `previous` is an analysis of an
    earlier state of the same document, reused where it still holds. With a `project`, imports of its files are
    followed, and findings may lie in them.

    Never raises: what goes wrong in it is logged and finds nothing. With `strict` (or the environment
    variable GRADSIGHT_STRICT) it does raise, which is what tests want.
    """
    strict = _strict(strict)
    walk = None
    trace = observed if observed is not None else Trace((), observed=False)
    if observed is None and _worth_reading(document, project):
        walk = _walk(document, previous, project, strict)
        trace = walk.trace if walk is not None else trace
    documents = {**(documents or {}), **(walk.documents if walk is not None else {}), document.path: document}
    findings: Iterable[Finding] = ()
    judged = None
    if trace.events:
        selection = select or Selection()
        if walk is not None:
            judged = judge(walk, documents, previous.judged if previous is not None else None, strict)
            every = list(_inside(documents, judged.findings()))
        else:
            every = list(_inside(documents, found_in(View(trace, documents), strict)))
        findings = [*_unsuppressed(documents, every), *_unused(document, documents, trace, every, selection, strict)]
        findings = selection.heard(findings)
    return Analysis(document, trace, surest(findings), walk, documents, judged)


def mentions_torch(text: str) -> bool:
    """Whether a text is worth reading: nothing else can be about PyTorch."""
    return _MENTIONS_TORCH.search(text) is not None


def _worth_reading(document: Document, project: static.Project | None) -> bool:
    return mentions_torch(document.text) or (project is not None and project.leads_to_torch(document))


def _strict(strict: bool | None) -> bool:
    return os.environ.get("GRADSIGHT_STRICT", "") not in ("", "0") if strict is None else strict


def _walk(
    document: Document, previous: Analysis | None, project: static.Project | None, strict: bool
) -> static.Walk | None:
    try:
        earlier = previous.walk if previous is not None else None
        return static.interpret(document, earlier, project=project, strict=strict)
    except Exception:
        if strict:
            raise
        logger.exception("%s could not be read", document.path)
        return None


def _unused(
    document: Document,
    documents: Mapping[str, Document],
    trace: Trace,
    findings: list[Finding],
    selection: Selection,
    strict: bool,
) -> list[Finding]:
    try:
        return list(unused(document, documents, trace, findings, selection))
    except Exception:
        if strict:
            raise
        logger.exception("the comments of %s could not be told", document.path)
        return []


def _inside(documents: Mapping[str, Document], findings: Iterable[Finding]) -> Iterator[Finding]:
    """Drops what points outside the text that the user sees; that can only be a mistake of ours."""
    for finding in findings:
        places = [finding.place, *(related.place for related in finding.related)]
        if all(_lies_in(documents, place) for place in places):
            yield finding
        else:
            logger.error("%s points outside the text: %s", finding.code, finding.place)


def _unsuppressed(documents: Mapping[str, Document], findings: Iterable[Finding]) -> Iterator[Finding]:
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        by_path.setdefault(finding.place.path, []).append(finding)
    for path, inside in by_path.items():
        yield from unsuppressed(documents[path].text, inside)


def _lies_in(documents: Mapping[str, Document], place: Place) -> bool:
    document = documents.get(place.path)
    if document is None:
        return False
    lines, start, end = document.lines, place.range.start, place.range.end
    return 0 <= start.line <= end.line < len(lines) and start <= end and end.column <= len(lines.line(end.line))


def surest(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding per code and place, the surest of several, sorted by place."""
    best: dict[tuple[str, Place], Finding] = {}
    for finding in findings:
        key = (finding.code, finding.place)
        kept = best.get(key)
        if kept is None or _strength(finding) < _strength(kept):
            best[key] = finding
    return tuple(sorted(best.values(), key=lambda finding: (finding.place, finding.code)))


def _strength(finding: Finding) -> tuple[int, int]:
    return _CERTAINTIES.index(finding.certainty), finding.severity.rank
