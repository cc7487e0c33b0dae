"""Names, several fixes in one, broken code, notebooks, and whatever real programs hold."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradsight import repair
from gradsight.document import Document
from gradsight.finding import Fix, Safety
from gradsight.syntax.ranges import range_of
from gradsight.text import Place, Range
from support.repairs import BLOCK, applied, marked


@pytest.mark.parametrize(
    ("imports", "dotted", "name"),
    [
        ("import torch", "torch.no_grad", "torch.no_grad"),
        ("import torch as th", "torch.no_grad", "th.no_grad"),
        ("import torch.nn", "torch.no_grad", "torch.no_grad"),
        ("import torch.nn as nn", "torch.no_grad", None),
        ("from torch import no_grad", "torch.no_grad", "no_grad"),
        ("from torch import nn", "torch.nn.functional.relu", "nn.functional.relu"),
        ("import torch.nn.functional as F\nimport torch", "torch.nn.functional.relu", "F.relu"),
        ("try:\n    import torch\nexcept ImportError:\n    pass", "torch.stack", "torch.stack"),
        ("from .torch import stack", "torch.stack", None),
        ("from torch import *", "torch.stack", None),
    ],
)
def test_local_name(imports: str, dotted: str, name: str | None) -> None:
    document = Document.from_text("a.py", imports + "\nx = 1\n")
    assert repair.local_name(document, dotted) == name


def test_a_name_is_looked_up_where_it_is_needed() -> None:
    text = "import torch\ndef f(torch):\n    «x»\ndef g():\n    import torch as t\n    ‹x›\n"
    clean, places, others = marked(text)
    document = Document.from_text("a.py", clean)
    assert repair.local_name(document, "torch.no_grad", places[0]) is None
    assert repair.local_name(document, "torch.no_grad", others[0]) == "t.no_grad"


def test_combined_fixes_are_one_or_none() -> None:
    clean, places, _ = marked("x = «f(1)»\ny = «x»\n")
    document = Document.from_text("a.py", clean)
    one = repair.set_keyword(document, places[0], "k", "2")
    other = repair.clone_first(document, places[1])
    assert one is not None
    assert other is not None
    both = repair.combined(document, "Do both", one, other)
    assert both is not None
    assert applied(clean, both) == "x = f(1, k=2)\ny = x.clone()\n"
    assert both.safety is Safety.CHANGES_TRAINING
    assert repair.combined(document, "Do both", one, None) is None
    assert repair.combined(document, "Do both") is None
    flipped = repair.replace(document, places[0], "g(1)")
    assert repair.combined(document, "Contradict", one, flipped) is None


def test_a_fix_in_broken_code_is_not_offered() -> None:
    clean, places, _ = marked("y = (x +\n«z.add_(1)» +\n")
    assert repair.out_of_place(Document.from_text("a.py", clean), places[0]) is None


def test_intact_code_beside_broken_code_is_repaired() -> None:
    clean, places, _ = marked("def f(x):\n    y = x *\n    «x += 1»\n    return x\n")
    fix = repair.out_of_place(Document.from_text("a.py", clean), places[0])
    assert fix is not None
    assert applied(clean, fix) == "def f(x):\n    y = x *\n    x = x + 1\n    return x\n"


def test_magics_in_a_notebook_move_with_their_block() -> None:
    cells = [(None, "import torch"), (None, "with torch.no_grad():\n    !ls 'it''s\n    y = 1\n")]
    document = Document.from_cells("a.ipynb", cells)
    fix = repair.move_out(document, Place("a.ipynb", Range.of(1, 5, 1, 20)))
    assert fix is not None
    assert applied(document.text, fix) == "import torch\n!ls 'it''s\ny = 1\n"


def programs() -> Iterator[tuple[Path, str]]:
    here = Path(__file__).parents[1]
    for path in [*sorted(here.glob("cases/**/*.py"))[::9], *sorted(here.glob("support/*.py"))]:
        yield path, path.read_text(encoding="utf-8")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_whatever_is_repaired_in_real_programs_parses(newline: str) -> None:
    tried = made = 0
    for path, source in programs():
        text = source.replace("\n", newline)
        document = Document.from_text("a.py", text)
        nodes = [
            (node, Place("a.py", range_of(node).moved(placed.line)))
            for placed in document.chunks
            for statement in placed.chunk.body
            for node in ast.walk(statement)
            if hasattr(node, "lineno")
        ]
        for number, (node, place) in enumerate(nodes):
            if number % 97:
                continue
            for fix in all_repairs(document, node, place, nodes[(number * 7) % len(nodes)][1]):
                tried += 1
                if fix is None:
                    continue
                made += 1
                after = applied(text, fix)
                ast.parse(after)
                assert newline == "\n" or "\n" not in after.replace("\r\n", ""), (path, fix)
    assert made > tried / 4 > 50


def all_repairs(document: Document, node: ast.AST, place: Place, other: Place) -> Iterator[Fix | None]:
    if isinstance(node, ast.Call):
        yield repair.out_of_place(document, place)
        yield repair.set_keyword(document, place, "k", "True")
        yield repair.unwrap_call(document, place)
        yield repair.replace_callee(document, place, "torch.stack")
        yield repair.insert_before_tail(document, place, ".sum()")
        yield from (repair.drop_keyword(document, place, each.arg) for each in node.keywords if each.arg)
    if isinstance(node, ast.expr) and not isinstance(node, (ast.Starred, ast.Slice)):
        yield repair.remove_tail(document, place)
        yield repair.append(document, place, ".detach()")
        yield repair.wrap_in_call(document, place, "list")
        yield repair.replace(document, place, "a + b")
        yield repair.move_out(document, place)
    if isinstance(node, ast.stmt):
        yield repair.insert_before(document, place, BLOCK)
        yield repair.insert_after(document, place, BLOCK)
        yield repair.remove_statement(document, place)
        yield repair.move_before(document, place, other)
        yield repair.move_after(document, place, other)
        yield repair.wrap_statements(document, "if g:", place)
        yield repair.in_no_grad(document, place)
