"""What people read when a gradient is missing, as programs: each is told what PyTorch does, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradsight.finding import Severity
from support.engine import differences, findings_in, repaired, static_findings
from support.markers import Case, case_id, read_case
from support.probe_run import observe
from support.torch_run import run

SEEDS = [read_case(path) for path in sorted(Path(__file__).with_name("seeds").glob("*.py"))]
RUNNABLE = [seed for seed in SEEDS if "import torch" in seed.text]


def test_all_are_there() -> None:
    assert (len(SEEDS), len(RUNNABLE)) == (17, 16)


@pytest.mark.parametrize("seed", SEEDS, ids=case_id)
def test_reading(seed: Case) -> None:
    wrong = differences(seed.text, seed.expected("static"), static_findings(seed.text))
    assert not wrong, f"{seed.path}\n{wrong}"


@pytest.mark.parametrize("seed", RUNNABLE, ids=case_id)
def test_running(seed: Case) -> None:
    wrong = differences(seed.text, seed.expected("probe"), findings_in(seed.text, observe(seed.text)))
    assert not wrong, f"{seed.path}\n{wrong}"


@pytest.mark.parametrize("seed", RUNNABLE, ids=case_id)
def test_pytorch_agrees(seed: Case) -> None:
    first = run(seed.text)
    text, titles = repaired(seed.text)
    fixed = run(text)
    if seed.silent:
        assert first.raised is None and fixed.raised is None
        return
    assert seed.runs is not None and seed.fixed is not None
    assert first.shows(seed.runs), first.error
    assert fixed.shows(seed.fixed), f"after {list(titles)}: {fixed.error}\n{text}"
    left = [finding for finding in static_findings(text) if finding.severity.rank <= Severity.INFORMATION.rank]
    assert not left, f"after {list(titles)}: {left}\n{text}"
