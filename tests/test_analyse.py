"""From a document to its findings."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator

import pytest

from gradsight import analyse as module
from gradsight import judge
from gradsight.analyse import analyse
from gradsight.autograd.events import Trace
from gradsight.checks import all_checks
from gradsight.checks.define import SECTIONS, Check
from gradsight.checks.view import View
from gradsight.document import Document
from gradsight.finding import Certainty, Finding, Severity
from gradsight.selection import Selection
from gradsight.text import Place, Range

PROGRAM = """\
import torch

x = torch.ones(3, requires_grad=True)
y = x.exp()
y += 1
z = x.sigmoid()
z *= 2
loss = (y + z).sum()
loss.backward()


def step(model, optimizer, batch):
    loss = model(batch).mean()
    loss.backward()
    optimizer.step


w = torch.randn(3)
h = w * 2
h.sum().backward()
print(h.grad)
"""


def said(text: str, **options: object) -> list[tuple[str, int]]:
    analysis = analyse(Document.from_text("a.py", text), **options)  # type: ignore[arg-type]
    return [(finding.code, finding.range.start.line) for finding in analysis.findings]


def check_that_finds(*findings: Finding) -> Check:
    page = "Title.\n\n" + "\n\n".join(f"## {section}" for section in SECTIONS)
    check = Check(code="GS999", name="made-up", severity=Severity.ERROR, message="", page=page)

    @check.finds
    def find(view: View) -> Iterator[Finding]:
        yield from findings

    return check


def made_up(span: Range, certainty: Certainty = Certainty.CERTAIN, path: str = "a.py") -> Finding:
    return Finding("GS999", "made-up", Severity.ERROR, certainty, "", Place(path, span))


def with_checks(monkeypatch: pytest.MonkeyPatch, *checks: Check) -> None:
    monkeypatch.setattr(judge, "all_checks", lambda: checks)


def test_findings_are_sorted_and_selected() -> None:
    found = said(PROGRAM)
    assert found == sorted(found, key=lambda each: each[1])
    assert {("GS302", 4), ("GS302", 6), ("GS101", 17)} <= set(found)
    assert {code for code, _ in said(PROGRAM, select=Selection(select=("GS302",)))} == {"GS302"}


def test_comments_silence() -> None:
    silenced = PROGRAM.replace("y += 1", "y += 1  # gradsight: ignore[GS302]")
    assert ("GS302", 4) not in said(silenced)
    assert ("GS302", 6) in said(silenced)
    assert said("# gradsight: ignore-file\n" + PROGRAM) == []


def test_a_text_without_torch_is_not_even_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.static, "interpret", None)
    document = Document.from_text("a.py", PROGRAM.replace("torch", "numpy"))
    assert analyse(document).findings == ()
    assert analyse(document).walk is None


def test_reading_again_after_an_edit_says_what_a_fresh_reading_says() -> None:
    generator = random.Random(7)
    words = ["y += 1", "y = y + 1", "x = x.detach()", "    z = (", ")", "import torch", "loss.backward()", "", "# why"]
    document = Document.from_text("a.py", PROGRAM)
    analysis = analyse(document)
    for _ in range(60):
        lines = document.text.split("\n")
        at = generator.randrange(len(lines))
        lines[at : at + generator.randrange(2)] = generator.choices(words, k=generator.randrange(3))
        document = document.edited("\n".join(lines))
        analysis = analyse(document, previous=analysis)
        fresh = analyse(Document.from_text("a.py", document.text))
        assert analysis.findings == fresh.findings, document.text


def test_a_check_that_raises_costs_only_itself(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = check_that_finds()
    broken.finds(lambda view: 1 / 0)  # type: ignore[arg-type, return-value]
    with_checks(monkeypatch, broken, *all_checks())
    with caplog.at_level(logging.ERROR):
        assert ("GS302", 4) in said(PROGRAM, strict=False)
    assert "GS999 failed" in caplog.text
    with pytest.raises(ZeroDivisionError):
        said(PROGRAM, strict=True)


def test_one_finding_per_code_and_place_the_surest(monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = Range.of(2, 0, 2, 3), Range.of(3, 0, 3, 3)
    check = check_that_finds(made_up(there), made_up(here, Certainty.POSSIBLE), made_up(here), made_up(here))
    with_checks(monkeypatch, check)
    found = analyse(Document.from_text("a.py", PROGRAM)).findings
    assert [(each.range, each.certainty) for each in found] == [(here, Certainty.CERTAIN), (there, Certainty.CERTAIN)]


@pytest.mark.parametrize(
    "place",
    [
        Place("a.py", Range.of(999, 0, 999, 1)),
        Place("a.py", Range.of(0, 0, 0, 999)),
        Place("a.py", Range.of(3, 0, 2, 0)),
        Place("b.py", Range.of(0, 0, 0, 1)),
    ],
)
def test_nothing_points_outside_the_text(monkeypatch: pytest.MonkeyPatch, place: Place) -> None:
    with_checks(monkeypatch, check_that_finds(made_up(place.range, path=place.path)))
    assert analyse(Document.from_text("a.py", PROGRAM)).findings == ()


def test_an_observed_trace_speaks_for_itself() -> None:
    document = Document.from_text("a.py", PROGRAM)
    assert analyse(document, observed=Trace((), observed=True)).findings == ()
    read = analyse(document)
    again = analyse(document, observed=read.trace, documents=read.documents)
    assert [each.code for each in again.findings] == [each.code for each in read.findings]
