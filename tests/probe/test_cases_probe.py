"""The probe's proof: running each marked program finds exactly what it marks, and nothing after its fixes."""

from __future__ import annotations

import pytest

from gradsight.finding import Severity
from support.engine import described, differences, findings_in, repaired, static_findings
from support.markers import Case, all_cases, case_id
from support.probe_run import observe

CASES = all_cases()
BOTH = [case for case in CASES if any(marker.side == "expect" for marker in case.markers)]
CURED = [case for case in CASES if not case.silent and case.fixed != "none"]


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_running_finds_what_is_marked(case: Case) -> None:
    found = findings_in(case.text, observe(case.text))
    wrong = differences(case.text, case.expected("probe"), found)
    assert not wrong, f"{case.path}\n{wrong}"


@pytest.mark.parametrize("case", BOTH, ids=case_id)
def test_running_says_what_reading_says(case: Case) -> None:
    ours = {marker.code for marker in case.markers if marker.side == "expect"}
    read, seen = static_findings(case.text), findings_in(case.text, observe(case.text))
    told = {(finding.code, finding.range): finding for finding in seen if finding.code in ours}
    for finding in read:
        other = told.get((finding.code, finding.range))
        if other is not None:
            assert other.message == finding.message
            assert other.severity == finding.severity
            assert [fix.title for fix in other.fixes] == [fix.title for fix in finding.fixes]


@pytest.mark.parametrize("case", CURED, ids=case_id)
def test_fixes_leave_nothing_to_see(case: Case) -> None:
    text, titles = repaired(case.text, case.markers[0].code)
    found = findings_in(text, observe(text))
    left = [finding for finding in found if finding.severity.rank <= Severity.INFORMATION.rank]
    report = "\n".join(described(text, finding) for finding in left)
    assert not left, f"{case.path} after {list(titles)}\n{report}\n{text}"
