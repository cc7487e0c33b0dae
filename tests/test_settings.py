"""Settings: read from an editor and from pyproject.toml, with a message and the default for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradsight.checks import all_checks
from gradsight.finding import Certainty, Finding, Severity
from gradsight.project_file import ProjectFiles
from gradsight.selection import Selection
from gradsight.settings import Settings, all_settings, configuration_schema, from_editor, from_project
from gradsight.text import Place, Range


def finding(code: str = "GS302", path: str = "a.py", severity: Severity = Severity.ERROR) -> Finding:
    name = next(check.name for check in all_checks() if check.code == code)
    return Finding(code, name, severity, Certainty.CERTAIN, "", Place(path, Range.of(0, 0, 0, 1)))


def test_an_editor_says_settings_nested_or_flat() -> None:
    nested, problems = from_editor({"probe": {"timeLimit": 5}, "select": ["gs3", "all"], "codeLens": False})
    assert (nested.probe_time_limit, nested.select, nested.code_lens, problems) == (5, ("GS3", "all"), False, [])
    assert from_editor({"probe.timeLimit": 5})[0].probe_time_limit == 5
    for nothing in (None, {}, [], 3, {"select": None}):
        assert from_editor(nothing) == (Settings(), [])


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        ({"probe": {"timeLimit": "x"}}, "gradsight.probe.timeLimit"),
        ({"probe": {"timeLimit": 0}}, "gradsight.probe.timeLimit"),
        ({"probe": {"timeLimit": float("nan")}}, "gradsight.probe.timeLimit"),
        ({"probe": {"stepsLimit": -1}}, "gradsight.probe.stepsLimit"),
        ({"probe": {"stepsLimit": True}}, "gradsight.probe.stepsLimit"),
        ({"select": ["GS999"]}, "'GS999'"),
        ({"select": 3}, "gradsight.select"),
        ({"ignore": ["no-such-check"]}, "'no-such-check'"),
        ({"severity": {"GS302": "loud"}}, "'loud'"),
        ({"severity": ["GS302"]}, "gradsight.severity"),
        ({"perFileIgnores": {"tests/*": 1}}, "gradsight.perFileIgnores"),
        ({"interpreter": 3}, "gradsight.interpreter"),
        ({"codeLens": "yes"}, "gradsight.codeLens"),
    ],
)
def test_a_bad_value_is_named_and_the_default_holds(raw: object, named: str) -> None:
    settings, problems = from_editor(raw)
    assert settings == Settings()
    assert len(problems) == 1
    assert named in problems[0]
    assert "\n" not in problems[0]


def test_a_project_goes_before_the_editor_but_for_the_interpreter() -> None:
    editor, _ = from_editor({"ignore": ["GS1"], "interpreter": "/mine"})
    table = {"ignore": ["GS2"], "interpreter": "/theirs", "probe": {"steps-limit": 3}}
    settings, problems = from_project(editor, table)
    assert (settings.ignore, settings.interpreter, settings.probe_steps_limit) == (("GS2",), "/mine", 3)
    assert problems == []
    assert from_project(Settings(), {"interpreter": "/theirs"})[0].interpreter == "/theirs"


def test_a_misspelt_key_of_a_project_is_named() -> None:
    _, problems = from_project(Settings(), {"selct": [], "probe": {"timeLimit": 3}, "severity": {}})
    assert [problem.partition(":")[0] for problem in problems] == [
        "[tool.gradsight] probe.timeLimit",
        "[tool.gradsight] selct",
    ]


def test_the_nearest_project_file_with_a_table_counts(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    projects = ProjectFiles()
    file = inner / "x.py"
    assert projects.settings_for(file, Settings()) == (Settings(), None, [])
    (tmp_path / "pyproject.toml").write_text('[tool.gradsight]\nignore = ["GS3"]\n')
    (inner / "pyproject.toml").write_text("[tool.other]\n")
    settings, root, problems = projects.settings_for(file, Settings())
    assert (settings.ignore, root, problems) == (("GS3",), tmp_path, [])
    (tmp_path / "pyproject.toml").write_text('[tool.gradsight]\nignore = ["GS30"]\n')
    assert projects.settings_for(file, Settings())[0].ignore == ("GS30",)
    (inner / "pyproject.toml").write_text("[tool.gradsight\n")
    settings, _, (problem,) = projects.settings_for(file, Settings())
    assert settings == Settings()
    assert "line 1" in problem


def test_of_select_and_ignore_the_more_specific_decides() -> None:
    assert not list(Selection(ignore=("GS3",)).heard([finding()]))
    assert list(Selection(select=("GS302",), ignore=("GS3",)).heard([finding()]))
    assert not list(Selection(select=("GS3",), ignore=("GS302",)).heard([finding()]))
    assert not list(Selection(select=("GS1",)).heard([finding()]))
    assert not list(Selection(select=("all",), ignore=("all",)).heard([finding()]))
    assert list(Selection(select=("in-place-on-saved-tensor",)).heard([finding()]))


def test_severity_is_as_loud_as_wanted() -> None:
    (heard,) = Selection(severity={"GS3": Severity.HINT, "GS302": Severity.WARNING}).heard([finding()])
    assert heard.severity is Severity.WARNING
    assert not list(Selection(severity={"all": Severity.HINT, "GS3": None}).heard([finding()]))


def test_files_have_their_own_ignores(tmp_path: Path) -> None:
    selection = Selection(per_file=(("tests/*", ("GS3",)), ("demo.py", ("all",))), root=str(tmp_path.resolve()))
    assert not list(selection.heard([finding(path=str(tmp_path / "tests" / "deep" / "a.py"))]))
    assert not list(selection.heard([finding(path=str(tmp_path / "x" / "demo.py"))]))
    assert list(selection.heard([finding(path=str(tmp_path / "a.py"))]))
    assert list(selection.heard([finding("GS401", path=str(tmp_path / "tests" / "a.py"))]))


def test_the_schema_has_every_setting_with_a_default_that_it_allows() -> None:
    properties = configuration_schema()["properties"]
    assert set(properties) == {f"gradsight.{setting.key}" for setting in all_settings().values()}
    for key, schema in properties.items():
        value, problems = from_editor({key.removeprefix("gradsight."): schema["default"]})
        assert (value, problems) == (Settings(), []), key
        assert schema["markdownDescription"]
        assert schema["scope"] in ("machine-overridable", "window")
