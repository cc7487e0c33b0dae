"""The command line, as a process: what it prints and with which status it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SERVER = Path(__file__).parents[1] / "server"
BROKEN = """\
import torch

x = torch.ones(3, requires_grad=True)
y = x.exp()
y += 1
loss = y.sum()
loss.backward()
"""
HINT = """\
import torch

x = torch.ones(3, requires_grad=True)
y = x * 2
y += 1
y.sum().backward()
"""


def gradsight(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    return subprocess.run(
        [sys.executable, "-m", "gradsight", *arguments],
        cwd=folder,
        env={**env, "PYTHONPATH": str(SERVER), "PYTHONIOENCODING": "utf-8", "OMP_NUM_THREADS": "1", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


def report(folder: Path, *arguments: str) -> dict[str, Any]:
    done = gradsight(folder, *arguments, "--output-format", "json")
    assert done.stdout, done.stderr
    loaded: dict[str, Any] = json.loads(done.stdout)
    return loaded


def test_json_says_everything(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BROKEN)
    said = report(tmp_path, "check", "a.py")
    assert set(said) == {"version", "findings"}
    (found,) = said["findings"]
    assert list(found) == [
        *("code", "name", "severity", "certainty", "message"),
        *("path", "cell", "range", "related", "fixes"),
    ]
    assert (found["code"], found["name"], found["severity"]) == ("GS302", "in-place-on-saved-tensor", "error")
    assert (found["certainty"], found["path"], found["cell"]) == ("certain", "a.py", None)
    assert found["range"] == {"start": {"line": 5, "character": 1}, "end": {"line": 5, "character": 7}}
    last = found["related"][-1]
    assert set(last) == {"message", "path", "cell", "range"}
    assert last["range"]["start"] == {"line": 7, "character": 1}
    fix = found["fixes"][0]
    assert set(fix) == {"title", "safety", "edits"}
    assert fix["safety"] == "safe"
    edit = fix["edits"][0]
    assert set(edit) == {"path", "cell", "range", "newText"}
    assert edit["path"] == "a.py"


def test_columns_count_code_points(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BROKEN.replace("y += 1", 's = "😀é"; y += 1'), encoding="utf-8")
    (found,) = report(tmp_path, "check", "a.py")["findings"]
    assert found["range"]["start"] == {"line": 5, "character": 11}


def test_a_notebook_counts_by_cell(tmp_path: Path) -> None:
    sources = [("code", "import torch\n"), ("markdown", "# Model"), ("code", BROKEN.replace("import torch", "%time"))]
    cells = [{"cell_type": kind, "source": source.splitlines(keepends=True)} for kind, source in sources]
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4}))
    (found,) = report(tmp_path, "check", "a.ipynb")["findings"]
    assert (found["cell"], found["range"]["start"]["line"]) == (3, 5)
    assert {related["cell"] for related in found["related"]} == {3}
    assert {edit["cell"] for fix in found["fixes"] for edit in fix["edits"]} == {3}
    done = gradsight(tmp_path, "check", "a.ipynb", "--output-format", "concise")
    assert done.stdout.startswith("a.ipynb:cell 3:5:1: GS302 error ")


def test_statuses(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(BROKEN)
    (tmp_path / "fine.py").write_text(BROKEN.replace("y += 1", "y = y + 1"))
    (tmp_path / "hint.py").write_text(HINT)
    assert gradsight(tmp_path, "check", "broken.py").returncode == 1
    assert gradsight(tmp_path, "check", "fine.py").returncode == 0
    assert gradsight(tmp_path, "check", "hint.py").returncode == 0
    assert gradsight(tmp_path, "check", ".").returncode == 1
    assert gradsight(tmp_path, "check").returncode == 2
    assert gradsight(tmp_path).returncode == 2


def test_full_shows_frames_in_the_order_of_the_flow(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BROKEN)
    done = gradsight(tmp_path, "check", "a.py")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("error[GS302] ")
    assert "a.py:5:1" in lines[1]
    at = lines.index("   5 | y += 1")
    assert lines[at + 1] == "     | ^^^^^^"
    assert lines.index("   4 | y = x.exp()") < lines.index("   7 | loss.backward()")
    assert any(line.startswith("   fix: ") and "`y = y" in line for line in lines)
    assert lines[-1] == "Found 1 error in 1 file."


def test_colour_when_wanted(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BROKEN)
    assert "\x1b[" not in gradsight(tmp_path, "check", "a.py").stdout
    assert "\x1b[" in gradsight(tmp_path, "check", "a.py", FORCE_COLOR="1").stdout
    assert "\x1b[" not in gradsight(tmp_path, "check", "a.py", FORCE_COLOR="1", NO_COLOR="1").stdout


def test_hints_only_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(HINT)
    assert "GS303" not in gradsight(tmp_path, "check", "a.py").stdout
    assert "hint[GS303]" in gradsight(tmp_path, "check", "a.py", "--hints").stdout
    assert [each["code"] for each in report(tmp_path, "check", "a.py")["findings"]] == ["GS303"]


def test_selection_by_option_and_project(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.py").write_text(BROKEN)
    (tmp_path / "pyproject.toml").write_text('[tool.gradsight]\nper-file-ignores = { "sub/*" = ["GS302"] }\n')
    assert report(tmp_path, "check", "sub")["findings"] == []
    (tmp_path / "pyproject.toml").write_text('[tool.gradsight]\nseverity = { GS302 = "information" }\nselct = 1\n')
    done = gradsight(tmp_path, "check", "sub", "--output-format", "concise")
    assert "information" in done.stdout
    assert done.returncode == 0
    assert "selct" in done.stderr
    assert report(tmp_path, "check", "sub", "--ignore", "GS3")["findings"] == []
    assert report(tmp_path, "check", "sub", "--select", "GS1,GS2")["findings"] == []
    bad = gradsight(tmp_path, "check", "sub", "--select", "GS999")
    assert (bad.returncode, bad.stderr.count("\n")) == (2, 1)
    assert "'GS999'" in bad.stderr


def test_folders_are_walked_past_what_is_not_the_users(tmp_path: Path) -> None:
    for name in ("a.py", "src/b.py", ".git/c.py", ".venv/d.py", "env/e.py", "node_modules/f.py", "__pycache__/g.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(BROKEN)
    (tmp_path / "env" / "pyvenv.cfg").write_text("")
    paths = [found["path"] for found in report(tmp_path, "check", ".", "a.py", "src/b.py")["findings"]]
    assert paths == ["a.py", "src/b.py"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("gone.py", None, "gone.py: no such file or folder"),
        ("bad.py", b"x = 1\ny = '\xff'\n", "bad.py: not UTF-8: byte 0xff at offset 11 (line 2)"),
        ("odd.py", b"# coding: klingon\n", "odd.py: unknown encoding"),
        ("list.ipynb", b"[1]", "list.ipynb: not a notebook"),
        ("torn.ipynb", b"{", "torn.ipynb: not a notebook"),
        ("raw.ipynb", b"\xff", "raw.ipynb: not UTF-8"),
    ],
)
def test_bad_input_is_one_clear_line(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = gradsight(tmp_path, "check", name)
    assert done.returncode == 2
    assert done.stderr.startswith(f"gradsight: {said}")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_folder_without_python_is_said(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("")
    done = gradsight(tmp_path, "check", ".")
    assert (done.returncode, done.stderr) == (2, "gradsight: .: no Python files or notebooks in this folder\n")


def test_one_bad_file_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"\xff")
    (tmp_path / "b.py").write_text(BROKEN)
    done = gradsight(tmp_path, "check", ".", "--output-format", "concise")
    assert done.returncode == 2
    assert "a.py" in done.stderr
    assert done.stdout.startswith("b.py:5:1: GS302")


def test_declared_encodings_and_marks_are_read(tmp_path: Path) -> None:
    text = "# coding: latin-1\n# déjà\n" + BROKEN
    (tmp_path / "latin.py").write_bytes(text.encode("latin-1"))
    (tmp_path / "mark.py").write_bytes(b"\xef\xbb\xbf" + BROKEN.encode())
    found = report(tmp_path, "check", ".")["findings"]
    assert [(each["path"], each["range"]["start"]["line"]) for each in found] == [("latin.py", 7), ("mark.py", 5)]


def test_a_file_that_does_not_parse_keeps_its_intact_statements(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BROKEN + "\ndef broken(:\n    pass\n")
    assert [each["code"] for each in report(tmp_path, "check", "a.py")["findings"]] == ["GS302"]


def test_explain(tmp_path: Path) -> None:
    by_code, by_name = (gradsight(tmp_path, "explain", word) for word in ("gs302", "in-place-on-saved-tensor"))
    assert by_code.returncode == 0
    assert by_code.stdout == by_name.stdout
    for heading in ("What happens", "Example", "Instead", "When it is fine"):
        assert f"## {heading}" in by_code.stdout
    listed = gradsight(tmp_path, "explain").stdout
    assert listed.count("\n") >= 15
    wrong = gradsight(tmp_path, "explain", "GS30")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)


def test_check_loads_neither_torch_nor_the_protocol(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BROKEN)
    code = (
        "import sys; from gradsight.cli import main; status = main(['check', 'a.py', '--output-format', 'concise'])\n"
        "print(status, sorted({'torch', 'numpy', 'pygls', 'lsprotocol', 'jedi', 'asyncio'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SERVER)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines()[-1] == "1 []", done.stderr


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BROKEN)
    with subprocess.Popen(
        [sys.executable, "-m", "gradsight", "check", *["a.py"] * 3, "--output-format", "full"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SERVER)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()
