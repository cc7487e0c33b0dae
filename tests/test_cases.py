"""The static proof: reading each marked program finds exactly what it marks, and its fixes leave nothing to say."""

from __future__ import annotations

import pytest

from gradsight.finding import Severity
from support.engine import described, differences, repaired, static_findings
from support.markers import Case, all_cases, case_id

CASES = all_cases()
BUGS = [case for case in CASES if not case.silent and case.fixed != "none"]


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_reading_finds_what_is_marked(case: Case) -> None:
    found = static_findings(case.text)
    wrong = differences(case.text, case.expected("static"), found)
    assert not wrong, f"{case.path}\n{wrong}"


@pytest.mark.parametrize("case", BUGS, ids=case_id)
def test_fixes_leave_nothing_to_say(case: Case) -> None:
    code = next(marker.code for marker in case.markers)
    text, titles = repaired(case.text, code)
    assert titles, f"{case.path}: no fix is offered"
    left = [finding for finding in static_findings(text) if finding.severity.rank <= Severity.INFORMATION.rank]
    report = "\n".join(described(text, finding) for finding in left)
    assert not left, f"{case.path} after {list(titles)}\n{report}\n{text}"

