"""Comments that leave nothing out, and when that is not said."""

from __future__ import annotations

import pytest

from gradsight.analyse import analyse
from gradsight.document import Document
from gradsight.finding import Finding, Severity
from gradsight.selection import Selection
from gradsight.text import apply_edits

START = "import torch\n\nx = torch.ones(2, requires_grad=True)\ny = x * 2\n"
END = "y.sum().backward()\n"


def found(text: str, selection: Selection | None = None) -> list[Finding]:
    findings = analyse(Document.from_text("a.py", text), select=selection, strict=True).findings
    return [finding for finding in findings if finding.code == "GS001"]


@pytest.mark.parametrize(
    ("line", "fixed"),
    [
        ("y = y * 1  # gradsight: ignore[GS302]", "y = y * 1"),
        ("y = y * 1  # gradsight: ignore", "y = y * 1"),
        ("y = y * 1  # why  # gradsight: ignore[GS302]", "y = y * 1  # why"),
        ("y = y * 1  # gradsight: ignore[GS302] since it is fine", "y = y * 1  # since it is fine"),
        ("y = y * 1  # gradsight: ignore[GS302]  # noqa", "y = y * 1  # noqa"),
        ("y += 1  # gradsight: ignore[GS303, GS302]", "y += 1  # gradsight: ignore[GS303]"),
        ("y += 1  # gradsight: ignore[GS302,GS303]", "y += 1  # gradsight: ignore[GS303]"),
        ("y += 1  # gradsight: ignore[GS1, GS303, GS302]", "y += 1  # gradsight: ignore[GS303]"),
    ],
)
def test_what_leaves_nothing_out_is_a_hint_and_its_fix_removes_it(line: str, fixed: str) -> None:
    text = f"{START}{line}\n{END}"
    for _ in range(3):
        findings = found(text)
        if not findings:
            break
        assert findings[0].severity is Severity.HINT
        edits = findings[0].fixes[0].edits
        text = apply_edits(text, [(edit.place.range, edit.new_text) for edit in edits])
    assert text == f"{START}{fixed}\n{END}"


@pytest.mark.parametrize(
    "selection",
    [
        Selection(ignore=("GS302",)),
        Selection(select=("GS1", "GS001")),
        Selection(severity={"GS3": None}),
        Selection(per_file=(("a.py", ("GS302",)),)),
    ],
)
def test_a_comment_for_a_check_that_is_switched_off_is_left_alone(selection: Selection) -> None:
    text = f"{START}y = y * 1  # gradsight: ignore[GS302]\n{END}"
    assert found(text)
    assert not found(text, selection)


def test_it_can_be_switched_off_itself() -> None:
    assert not found(f"{START}y = y * 1  # gradsight: ignore[GS302]\n{END}", Selection(ignore=("unused-ignore",)))


@pytest.mark.parametrize(
    "text",
    [
        f"{START}y = y * 1  # gradsight: ignore[GS302]\n{END}if (:\n",
        f"{START}def f():\n    return x * 1  # gradsight: ignore[GS302]\n{END}",
        f"{START}y = y * 1  # gradsight: ignore[GS302]\n{END}# gradsight: ignore-file\n",
        "z = 1  # gradsight: ignore[GS302]\n",
    ],
    ids=["broken", "uncalled function", "whole file", "no torch"],
)
def test_nothing_is_said_where_it_is_not_certain(text: str) -> None:
    assert not found(text)
