"""PyTorch's own proof: each marked program shows its symptom, and shows it no more after its quick fixes."""

from __future__ import annotations

import pytest

from support.engine import repaired
from support.markers import Case, all_cases, case_id
from support.torch_run import run

CASES = all_cases()
BUGS = [case for case in CASES if not case.silent]
CURED = [case for case in BUGS if case.fixed != "none"]
CORRECT = [case for case in CASES if case.silent]


@pytest.mark.parametrize("case", BUGS, ids=case_id)
def test_symptom_shows(case: Case) -> None:
    assert case.runs is not None
    result = run(case.text)
    assert result.shows(case.runs), f"{case.path}: {case.runs!r} does not hold; raised: {result.error}"


@pytest.mark.parametrize("case", CORRECT, ids=case_id)
def test_correct_program_runs(case: Case) -> None:
    result = run(case.text)
    assert result.raised is None, f"{case.path}: {result.error}"


@pytest.mark.parametrize("case", CURED, ids=case_id)
def test_fixes_cure(case: Case) -> None:
    assert case.runs is not None and case.fixed is not None
    text, titles = repaired(case.text, case.markers[0].code)
    assert titles, f"{case.path}: no fix is offered"
    result = run(text)
    assert result.raised is None, f"{case.path} after {list(titles)}: {result.error}\n{text}"
    assert result.shows(case.fixed), f"{case.path} after {list(titles)}: {case.fixed!r} does not hold\n{text}"
    harmless = case.fixed == case.runs
    assert harmless or not result.shows(case.runs), f"{case.path} after {list(titles)}: the symptom still shows\n{text}"
