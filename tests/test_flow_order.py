"""Related locations tell the flow in the order in which it happens."""

from __future__ import annotations

from bisect import bisect_left

import pytest

from gradsight.analyse import analyse
from gradsight.document import Document
from gradsight.finding import Finding
from gradsight.text import Place
from support.engine import PATH
from support.markers import Case, all_cases, case_id


def moments(case: Case) -> tuple[tuple[Finding, ...], dict[Place, list[int]]]:
    """The findings of a program, and by place when something happened there."""
    document = Document.from_text(PATH, case.text)
    analysis = analyse(document, strict=True)
    when: dict[Place, list[int]] = {}
    for event in analysis.trace.events:
        for site in {event.site, *event.calls}:
            when.setdefault(document.locate(site), []).append(event.id)
    return analysis.findings, {place: sorted(ids) for place, ids in when.items()}


@pytest.mark.parametrize("case", [case for case in all_cases() if not case.silent], ids=case_id)
def test_related_locations_are_in_the_order_of_events(case: Case) -> None:
    findings, when = moments(case)
    for finding in findings:
        now = 0
        for related in finding.related:
            ids = when.get(related.place)
            if ids is None:
                continue  # a place at which no event stands: a keyword, a definition
            later = bisect_left(ids, now)
            assert later < len(ids), f"{finding.code}: {related.message!r} comes before what is told before it"
            now = ids[later]
