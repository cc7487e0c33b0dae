"""`gradsight probe`, as a process."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from test_cli import BROKEN, gradsight, report


def test_a_run_is_reported_as_json(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BROKEN.replace("x =", "print('hello')\nx ="))
    done = gradsight(tmp_path, "probe", "a.py", "--output-format", "json")
    said = json.loads(done.stdout)
    assert set(said) == {"version", "findings", "status", "parameters"}
    assert said["status"] == "error"
    (found,) = said["findings"]
    assert (found["code"], found["certainty"]) == ("GS302", "observed")
    assert found["range"] == {"start": {"line": 6, "character": 1}, "end": {"line": 6, "character": 7}}
    assert done.returncode == 1
    assert "hello\n" in done.stderr


def test_parameters_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "import torch\n"
        "from torch import nn\n"
        "used, unused = nn.Linear(2, 1), nn.Linear(2, 2)\n"
        "optimizer = torch.optim.SGD([*used.parameters(), *unused.parameters()], lr=0.1)\n"
        "used(torch.ones(1, 2)).sum().backward()\n"
        "optimizer.step()\n"
    )
    said = report(tmp_path, "probe", "a.py")
    assert said["status"] == "done"
    assert {row["name"]: row["status"] == "ok" for row in said["parameters"]} == {
        "used.weight": True,
        "used.bias": True,
        "unused.weight": False,
        "unused.bias": False,
    }
    shown = gradsight(tmp_path, "probe", "a.py")
    assert "2 of 4 parameters got a gradient." in shown.stdout
    assert "  unused.weight: " in shown.stdout


def test_a_program_that_fails_by_itself_could_not_be_run(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import torch\nraise ValueError('no\\ndata')\n")
    done = gradsight(tmp_path, "probe", "a.py", "--output-format", "concise")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1] == "gradsight: the program raised ValueError: no data"


def test_it_runs_where_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "other.py").write_text("name = 'beside'\n")
    (tmp_path / "sub" / "a.py").write_text("import os, torch, other\nprint(os.listdir(), other.name)\n")
    done = gradsight(tmp_path, "probe", "sub/a.py")
    assert done.returncode == 0, done.stderr
    assert "['sub'] beside" in done.stderr


def test_a_cell_runs_after_those_before_it(tmp_path: Path) -> None:
    cells = ["import torch\nx = torch.ones(3, requires_grad=True)", "y = x.exp()\ny += 1\ny.sum().backward()", "1 / 0"]
    notebook = {"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4}
    (tmp_path / "a.ipynb").write_text(json.dumps(notebook))
    (found,) = report(tmp_path, "probe", "a.ipynb", "--cell", "2")["findings"]
    assert (found["code"], found["cell"], found["range"]["start"]["line"]) == ("GS302", 2, 2)
    wrong = gradsight(tmp_path, "probe", "a.ipynb", "--cell", "9")
    assert (wrong.returncode, wrong.stderr) == (2, "gradsight: a.ipynb: there is no code cell 9\n")


def test_the_time_limit_says_where_the_program_was(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import time\nimport torch\nwhile True:\n    time.sleep(0.01)\n")
    done = gradsight(tmp_path, "probe", "a.py", "--timeout", "1")
    assert done.returncode == 2
    assert "line 4" in done.stderr or "line 3" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gone.py"], "gone.py: no such file"),
        (["a.py", "--timeout", "0"], "--timeout"),
        (["a.py", "--steps", "-1"], "--steps"),
        (["a.py", "--python", "/no/such/python"], "/no/such/python"),
        (["a.py", "--python", "bare"], "no PyTorch"),
    ],
)
def test_bad_input_is_one_clear_line(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "a.py").write_text("import torch\n")
    bare = tmp_path / "bare"
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    bare.chmod(0o755)
    arguments = [str(bare) if each == "bare" else each for each in arguments]
    done = gradsight(tmp_path, "probe", *arguments)
    assert done.returncode == 2
    assert said.lower() in done.stderr.lower()
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
