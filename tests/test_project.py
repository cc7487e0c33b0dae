"""Programs of several files: which file an import means, and findings whose cause or symptom lies in another one."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from gradsight import sources
from gradsight.analyse import Analysis, analyse
from gradsight.autograd.events import BackwardCalled
from gradsight.static import Project, interpret

CUT = """\
import torch

def similarity(a, b):
    return ((a - b) ** 2).mean().item()
"""
TRAINS = """\
import torch
{imports}

x = torch.randn(4, 3, requires_grad=True)
y = torch.randn(4, 3)
loss = {call}(x, y) * torch.ones(())
loss.backward()
"""


def write_at(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def notebook(folder: Path, name: str, *sources: str) -> Path:
    cells = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
        for source in sources
    ]
    return write_at(folder, name, json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}))


def read(entry: Path, project: Project | None = None) -> Analysis:
    return analyse(sources.read(entry), project=project or Project([str(entry.parent)]), strict=True)


def found(analysis: Analysis) -> list[tuple[str, str, int]]:
    return [(each.code, Path(each.place.path).name, each.range.start.line + 1) for each in analysis.findings]


@pytest.mark.parametrize(
    ("module", "imports", "call"),
    [
        ("measures.py", "import measures", "measures.similarity"),
        ("measures.py", "import measures as m", "m.similarity"),
        ("measures.py", "from measures import similarity as how_alike", "how_alike"),
        ("measures.py", "from measures import *", "similarity"),
        ("measures.py", "import importlib\nm = importlib.import_module('measures')", "m.similarity"),
        ("lib/measures.py", "import lib.measures", "lib.measures.similarity"),
        ("lib/measures.py", "import lib.measures as m", "m.similarity"),
        ("lib/measures.py", "from lib import measures", "measures.similarity"),
        ("lib/__init__.py", "from lib import similarity", "similarity"),
        ("src/measures.py", "from measures import similarity", "similarity"),
        ("src/lib/measures.py", "from lib.measures import similarity", "similarity"),
        ("measures.py", "try:\n    from measures import similarity as f\nexcept ImportError:\n    f = None", "f"),
        ("measures.py", "def late(a, b):\n    from measures import similarity\n    return similarity(a, b)\n", "late"),
    ],
)  # fmt: skip
def test_imports_are_followed(tmp_path: Path, module: str, imports: str, call: str) -> None:
    cause = write_at(tmp_path, module, CUT)
    entry = write_at(tmp_path, "train.py", TRAINS.format(imports=imports, call=call))
    analysis = read(entry)
    assert found(analysis) == [("GS204", cause.name, 4)]
    finding = analysis.findings[0]
    assert finding.place.path == str(cause)
    assert str(entry) in {related.place.path for related in finding.related}
    assert {str(entry), str(cause)} <= analysis.documents.keys()


def test_names_pass_through_packages(tmp_path: Path) -> None:
    write_at(tmp_path, "lib/__init__.py", "from .measures import *\nfrom . import other as renamed\n")
    write_at(tmp_path, "lib/measures.py", "from ._inner import similarity\n__all__ = ['similarity']\n")
    write_at(tmp_path, "lib/_inner.py", "from lib import constants\n" + CUT.replace("mean()", "mul(constants.SCALE)"))
    write_at(tmp_path, "lib/constants.py", "from . import measures\nSCALE = 2.0\n")
    write_at(tmp_path, "lib/other.py", "")
    entry = write_at(tmp_path, "train.py", TRAINS.format(imports="from lib import similarity", call="similarity"))
    assert found(read(entry)) == [("GS204", "_inner.py", 5)]


def test_classes_are_inherited_and_called_across_files(tmp_path: Path) -> None:
    write_at(
        tmp_path,
        "net/base.py",
        """\
        import torch.nn as nn

        class Base(nn.Module):
            def forward(self, x):
                return self.head(self.features(x)).detach()
        """,
    )
    write_at(
        tmp_path,
        "net/small.py",
        """\
        from torch import nn
        from .base import Base

        class Small(Base):
            def __init__(self):
                super().__init__()
                self.head = nn.Linear(3, 1)
                self.features = nn.Linear(5, 3)
        """,
    )
    entry = write_at(
        tmp_path,
        "train.py",
        """\
        import torch
        from net.small import Small

        def main():
            net = Small()
            loss = net(torch.randn(2, 5)).mean()
            loss.backward()

        if __name__ == "__main__":
            main()
        """,
    )
    assert found(read(entry)) == [("GS203", "base.py", 5)]


def test_the_first_import_runs_a_module_once_and_in_order(tmp_path: Path) -> None:
    write_at(tmp_path, "off.py", "import torch\ntorch.set_grad_enabled(False)\n")
    write_at(tmp_path, "between.py", "import off\n\ndef nothing():\n    pass\n")
    entry = write_at(
        tmp_path,
        "train.py",
        """\
        import torch
        import between
        w = torch.ones(3, requires_grad=True)
        loss = (w * 2).sum()
        loss.backward()
        """,
    )
    assert found(read(entry)) == [("GS201", "off.py", 2)]


def test_an_imported_script_does_not_run_its_main(tmp_path: Path) -> None:
    write_at(
        tmp_path,
        "other.py",
        """\
        import torch
        SIZE = 3
        def helper(x):
            return x.exp()
        if __name__ == "__main__":
            torch.set_grad_enabled(False)
            torch.ones(3).sum().backward()
        """,
    )
    entry = write_at(
        tmp_path,
        "train.py",
        """\
        import torch
        from other import SIZE, helper
        w = torch.ones(SIZE, requires_grad=True)
        helper(w).sum().backward()
        """,
    )
    analysis = read(entry)
    assert found(analysis) == []
    [backward] = analysis.trace.each(BackwardCalled)
    assert backward.roots[0].requires_grad is True


def test_what_nobody_calls_is_walked_with_its_own_file_only(tmp_path: Path) -> None:
    other = write_at(
        tmp_path,
        "other.py",
        """\
        import torch
        def used(x):
            return x * 2
        def unused():
            torch.ones(3).sum().backward()
        """,
    )
    entry = write_at(
        tmp_path,
        "train.py",
        "import torch\nfrom other import used, unused\nused(torch.ones(3, requires_grad=True)).sum().backward()\n",
    )
    assert found(read(entry)) == []
    assert [code for code, *_ in found(read(other))] == ["GS101"]


def test_a_program_that_only_starts_others_is_followed(tmp_path: Path) -> None:
    write_at(
        tmp_path,
        "engine.py",
        """\
        import torch
        def run(width):
            w = torch.ones(width)
            (w * 2).sum().backward()
        """,
    )
    entry = write_at(tmp_path, "main.py", "import engine\n\nif __name__ == '__main__':\n    engine.run(3)\n")
    assert found(read(entry)) == [("GS101", "engine.py", 3)]
    plain = write_at(tmp_path, "plain.py", "import engine\nWIDTH = 3\n")
    assert read(plain).walk is None, "it only defines things"


def test_notebooks_import_files_beside_them(tmp_path: Path) -> None:
    write_at(tmp_path, "measures.py", CUT)
    book = notebook(tmp_path, "book.ipynb", TRAINS.format(imports="from measures import similarity", call="similarity"))
    assert found(read(book)) == [("GS204", "measures.py", 4)]


def test_jedi_is_asked_where_a_program_changes_its_path(tmp_path: Path) -> None:
    write_at(tmp_path, "shared/code/measures.py", CUT)
    write_at(tmp_path, "pyproject.toml", "")
    imports = "import sys, os\nsys.path.append(os.path.join('..', 'shared', 'code'))\nfrom measures import similarity"
    entry = write_at(tmp_path, "scripts/train.py", TRAINS.format(imports=imports, call="similarity"))
    assert found(read(entry)) == [("GS204", "measures.py", 4)]


def test_notebooks_change_their_path(tmp_path: Path) -> None:
    write_at(tmp_path, "code/measures.py", CUT)
    write_at(tmp_path, "pyproject.toml", "")
    imports = "%matplotlib inline\nimport sys\nsys.path.insert(0, '../code')\nfrom measures import similarity"
    book = notebook(tmp_path, "books/book.ipynb", TRAINS.format(imports=imports, call="similarity"))
    assert found(read(book)) == [("GS204", "measures.py", 4)]


def test_nothing_outside_the_workspace_is_read(tmp_path: Path) -> None:
    write_at(tmp_path, "measures.py", CUT)
    write_at(tmp_path, "work/site-packages/measures.py", CUT)
    write_at(tmp_path, "work/.hidden/measures.py", CUT)
    for imports in ("from measures import similarity", "from ..measures import similarity"):
        entry = write_at(tmp_path, "work/scripts/train.py", TRAINS.format(imports=imports, call="similarity"))
        analysis = read(entry, Project([str(tmp_path / "work")], closed=True))
        assert found(analysis) == []
        assert list(analysis.documents) == [str(entry)]


def test_a_file_outside_the_workspace_is_read_alone(tmp_path: Path) -> None:
    write_at(tmp_path, "other/measures.py", CUT)
    entry = write_at(
        tmp_path, "other/train.py", TRAINS.format(imports="from measures import similarity", call="similarity")
    )
    assert found(read(entry, Project([str(tmp_path / "work")], closed=True))) == []


def test_an_installed_package_does_not_lead_into_others(tmp_path: Path) -> None:
    write_at(tmp_path, "site-packages/measures/__init__.py", CUT)
    write_at(tmp_path, "site-packages/mine/__init__.py", "")
    write_at(tmp_path, "site-packages/mine/inner.py", CUT)
    folder = tmp_path / "site-packages" / "mine"
    for imports, expected in (("measures", []), (".inner", [("GS204", "inner.py", 4)])):
        text = TRAINS.format(imports=f"from {imports} import similarity", call="similarity")
        entry = write_at(tmp_path, "site-packages/mine/train.py", text)
        assert found(read(entry, Project([str(folder)]))) == expected


@pytest.mark.parametrize(
    "text",
    [
        "from train import *\nimport train\n",
        "from measures import similarity\n",
        "similarity = similarity\n",
        "raise ImportError\n",
        "import torch\nwhile True: pass\n",
        "from . import *\nfrom .. import x\nfrom .... import y\nimport\n",
        "class similarity(similarity): pass\n",
        "similarity: int\n",
        "for similarity in range(3): similarity += 1\n",
        "\0",
        "# \xff",
    ],
)
def test_odd_modules_do_no_harm(tmp_path: Path, text: str) -> None:
    write_at(tmp_path, "measures.py", "").write_bytes(text.encode("latin-1"))
    entry = write_at(tmp_path, "train.py", TRAINS.format(imports="from measures import similarity", call="similarity"))
    assert found(read(entry)) == []


def test_names_are_bound_when_they_are_needed(tmp_path: Path) -> None:
    """A big module costs what is used of it."""
    many = "\n".join(f"def f{number}(x):\n    return x + {number}\n" for number in range(500))
    write_at(tmp_path, "many.py", many)
    entry = write_at(tmp_path, "train.py", "import torch, many\nmany.f7(torch.ones(3))\n")
    project = Project([str(tmp_path)])
    interpret(sources.read(entry), project=project, strict=True)
    document = project.document(str(tmp_path / "many.py"))
    assert document is not None
    assert sum(placed.chunk._parsed is not None for placed in document.chunks) == 1


def test_modules_can_be_changed_from_outside(tmp_path: Path) -> None:
    write_at(tmp_path, "config.py", "track = True\nseen = []\n")
    entry = write_at(
        tmp_path,
        "train.py",
        """\
        import torch
        import config
        config.track = False
        torch.ones(3, requires_grad=config.track).sum().backward()
        """,
    )
    assert found(read(entry)) == [("GS101", "train.py", 4)]


def test_jedi_is_not_imported_for_ordinary_imports(tmp_path: Path) -> None:
    write_at(tmp_path, "measures.py", CUT)
    write_at(tmp_path, "train.py", TRAINS.format(imports="import tqdm, measures", call="measures.similarity"))
    program = (
        "import sys; from gradsight import cli; cli.main(['check', 'train.py'])\n"
        "print(sorted({'jedi', 'torch', 'lsprotocol'} & sys.modules.keys()))"
    )
    server = Path(__file__).parents[1] / "server"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env={"PYTHONPATH": str(server)}, capture_output=True, text=True
    )
    assert "GS204" in done.stdout
    assert done.stdout.strip().endswith("[]")
