"""`gradsight check` over programs of several files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gradsight import cli

MEASURES = """\
import torch


def distance(a, b):
    return ((a - b) ** 2).mean().detach()
"""
TRAIN = """\
import torch
from lib.measures import distance

x = torch.randn(4, 3, requires_grad=True)
distance(x, torch.randn(4, 3)).backward()
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "measures.py").write_text(MEASURES)
    (tmp_path / "first.py").write_text(TRAIN)
    (tmp_path / "second.py").write_text("# another one\n" + TRAIN + "\nx = torch.ones(3)\nx.sum().backward()\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    cli.main(["check", "--output-format", "json", *arguments])
    findings: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["findings"]
    return findings


def rows(findings: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return [(each["code"], each["path"], each["range"]["start"]["line"]) for each in findings]


CUT = ("GS203", "lib/measures.py", 5)
OWN = ("GS101", "second.py", 8)


@pytest.mark.parametrize("paths", [["."], ["first.py", "lib", "second.py"], ["second.py", "lib", "first.py"]])
def test_a_finding_that_several_programs_lead_to_is_shown_once(
    tree: Path, capsys: pytest.CaptureFixture[str], paths: list[str]
) -> None:
    assert sorted(rows(check(capsys, *paths))) == [OWN, CUT]


def test_findings_come_in_the_order_of_the_paths(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rows(check(capsys, "second.py", "lib")) == [OWN, CUT]
    assert rows(check(capsys, "lib", "second.py")) == [CUT, OWN]
    assert rows(check(capsys, "second.py")) == [OWN, CUT], "a file that was not asked for comes last"


def test_places_in_other_files_are_right(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (finding,) = check(capsys, "first.py")
    assert finding["range"] == {"start": {"line": 5, "character": 33}, "end": {"line": 5, "character": 42}}
    assert {each["path"] for each in finding["related"]} == {"first.py"}
    assert {edit["path"] for fix in finding["fixes"] for edit in fix["edits"]} == {"lib/measures.py"}
    cli.main(["check", "first.py"])
    shown = capsys.readouterr().out
    assert "--> lib/measures.py:5:33" in shown
    assert "first.py:5:1  raises here" in shown or "first.py:5:1" in shown


def test_comments_and_settings_of_the_other_file_hold(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "pyproject.toml").write_text("[tool.gradsight.per-file-ignores]\n'lib/*' = ['GS203']\n")
    assert rows(check(capsys, ".")) == [OWN]
    (tree / "pyproject.toml").write_text("")
    (tree / "lib" / "measures.py").write_text(MEASURES.replace("detach()", "detach()  # gradsight: ignore[GS203]"))
    assert rows(check(capsys, ".")) == [OWN]


def test_from_within_a_folder(tree: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree / "lib")
    assert rows(check(capsys, "../first.py")) == [("GS203", "measures.py", 5)]
