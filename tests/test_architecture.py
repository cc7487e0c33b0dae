"""What the architecture promises: imports point one way, few may know outsiders, files stay small."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradsight.checks import all_checks
from support.markers import CASES, all_cases

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "server" / "gradsight"
WORKER = PACKAGE / "probe" / "worker"

# From bottom to top; a unit may import those before it. Units in one tuple do not know each other.
LAYERS = [
    ("text",),
    ("finding",),
    ("syntax",),
    ("document",),
    ("sources",),
    ("autograd",),
    ("repair",),
    ("static",),
    ("checks",),
    ("probe",),
    ("judge",),
    ("selection", "suppress", "pages", "knowledge"),
    ("unused_ignores",),
    ("analyse",),
    ("setting_kinds",),
    ("settings",),
    ("project_file", "report"),
    ("lsp",),
    ("commands",),
    ("cli",),
    ("__main__",),
]
LEVEL = {unit: number for number, layer in enumerate(LAYERS) for unit in layer}
OUTSIDERS = {
    "jedi": "static/project.py",
    "pygls": "lsp/",
    "lsprotocol": "lsp/",
    "torch": "probe/worker/",
    "numpy": "nowhere",
}
LONGEST = 400


def sources() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "_bundled" not in path.parts)


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """(dotted name, number of leading dots) of everything that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, 0
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if module == "gradsight":
                for alias in node.names:
                    yield f"gradsight.{alias.name}", 0
            else:
                yield module, node.level
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("import_module", "importlib.import_module"):
            name = node.args[0]
            if isinstance(name, ast.Constant):
                yield str(name.value), 0


def output_of(program: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    return done.stdout.strip()


def within(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def unit_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def test_every_module_has_its_layer() -> None:
    units = {unit_of(path) for path in sources()} - {"__init__"}
    assert units == LEVEL.keys(), "tell LAYERS where a new module belongs"


def test_imports_point_one_way() -> None:
    wrong = []
    for path in sources():
        here = unit_of(path)
        for name, _ in imported(path):
            parts = name.split(".")
            if parts[0] != "gradsight" or len(parts) == 1 or parts[1].startswith("__"):
                continue
            if parts[1] != here and not LEVEL[parts[1]] < LEVEL[here]:
                wrong.append(f"{within(path)} imports {name}")
    assert not wrong


def test_relative_imports_only_in_the_worker() -> None:
    wrong = [within(path) for path in sources() for _, dots in imported(path) if dots and WORKER not in path.parents]
    assert not wrong


@pytest.mark.parametrize(("outsider", "home"), OUTSIDERS.items())
def test_who_may_know(outsider: str, home: str) -> None:
    wrong = [
        within(path)
        for path in sources()
        if any(name.split(".")[0] == outsider for name, dots in imported(path) if not dots)
        and not within(path).startswith(home)
    ]
    assert not wrong, f"only {home} may import {outsider}"


def test_worker_knows_only_the_standard_library_and_torch() -> None:
    wrong = [
        f"{within(path)} imports {name}"
        for path in sorted(WORKER.rglob("*.py"))
        for name, dots in imported(path)
        if not dots and name.split(".")[0] not in {*sys.stdlib_module_names, "torch"}
    ]
    assert not wrong


def test_checking_imports_no_outsiders() -> None:
    """What a look at a file costs: neither torch nor what only the server or imports of the workspace need."""
    program = (
        "import sys, gradsight.analyse, gradsight.document as d\n"
        "gradsight.analyse.analyse(d.Document.from_text('a.py', 'import torch\\nx = torch.ones(3)\\n'), strict=True)\n"
        f"print(sorted({set(OUTSIDERS)!r} & sys.modules.keys()))"
    )
    assert output_of(program) == "[]"


def test_server_imports_no_torch() -> None:
    program = (
        "import sys, pkgutil, importlib, gradsight.lsp as lsp\n"
        "for each in pkgutil.iter_modules(lsp.__path__): importlib.import_module('gradsight.lsp.' + each.name)\n"
        "print(sorted({'torch', 'jedi', 'numpy'} & sys.modules.keys()))"
    )
    assert output_of(program) == "[]"


def test_files_stay_small() -> None:
    code = [*sources(), *(ROOT / "tests").rglob("*.py"), *(ROOT / "tools").rglob("*.py"), ROOT / "dev.py"]
    lengths = {str(path.relative_to(ROOT)): len(path.read_bytes().splitlines()) for path in code}
    assert not {name: length for name, length in lengths.items() if length > LONGEST}


def test_nothing_is_called_utils() -> None:
    assert not [within(path) for path in sources() if re.search(r"util|helper|misc|common", path.stem)]


def test_every_check_has_cases_and_a_place_in_the_changelog() -> None:
    told = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    checks = all_checks()
    assert not [check.code for check in checks if check.code not in told]
    folders = {path.name for path in CASES.iterdir() if path.is_dir()}
    assert folders == {check.name for check in checks}


def test_every_check_has_bugs_and_look_alikes() -> None:
    few = []
    for check in all_checks():
        cases = [case for case in all_cases() if case.check == check.name]
        bugs = [case for case in cases if any(marker.code == check.code for marker in case.markers)]
        if len(bugs) < 2 or len([case for case in cases if case.silent]) < 2:
            few.append(check.name)
    assert not few, "two bugs and two correct programs at least"
