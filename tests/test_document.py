"""Documents: chunks that survive edits, sites that move with them, nodes by place, cells."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradsight.document import Document
from gradsight.text import WHOLE_TEXT, LineMap, Place, Range, Site

PROGRAM = '''"""A program."""
import torch
from torch import nn

# The net.


@decorated
class Net(nn.Module):
    """One layer."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 1)

    def forward(self, x):
        # é
        return self.linear(x)


net = Net()
optimizer = torch.optim.SGD(
    net.parameters(),
    lr=0.1,
)
for step in range(10):
    loss = net(torch.randn(4, 3)).sum()
    if step % 2:
        loss.backward()
    else:
        print(f"{loss.item():.2f} é {step}")
else:
    pass
x = 1; y = """
text ( [
"""
try:
    z = 2
except ValueError:
    z = 3
'''


def shape(document: Document) -> list[tuple[int, int, int, str]]:
    return [(placed.line, placed.end, placed.reach, placed.chunk.text) for placed in document.chunks]


def serials(document: Document) -> list[int]:
    return [placed.chunk.serial for placed in document.chunks]


PARTS = st.sampled_from(
    ["(", ")", "[", "}", '"', '"""', "'''", "\\\n", "\n", "\n\n", "#", 'f"{', "x = 1\n", "def f():\n    return 1\n",
     "else:\n", "    ", "@d\n", "class A:\n", "\t", "\f", "é", "\0", "\r\n", "\r", "if x:\n", "import a\n", "# %%\n"]
)  # fmt: skip
EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 60), st.one_of(PARTS, st.just(""), st.text(max_size=8))), max_size=8
)


@settings(max_examples=80, deadline=None)
@given(EDITS, st.booleans())
def test_an_edited_document_equals_a_fresh_one(edits: list[tuple[float, int, str]], windows: bool) -> None:
    text = PROGRAM.replace("\n", "\r\n") if windows else PROGRAM
    document = Document.from_text("a.py", text)
    for where, length, new in edits:
        start = int(where * len(text))
        text = text[:start] + new + text[start + length :]
        before = {placed.chunk.serial: placed.chunk for placed in document.chunks}
        document = document.edited(text)
        assert shape(document) == shape(Document.from_text("a.py", text))
        assert document.cells == Document.from_text("a.py", text).cells
        assert len(set(serials(document))) == len(document.chunks)
        for placed in document.chunks:
            old = before.get(placed.chunk.serial)
            assert old is None or (old is placed.chunk) is (old.text == placed.chunk.text)
            assert placed.chunk.body is placed.chunk.body


@settings(max_examples=40, deadline=None)
@given(EDITS)
def test_every_node_lies_in_the_text(edits: list[tuple[float, int, str]]) -> None:
    text = PROGRAM
    for where, length, new in edits:
        start = int(where * len(text))
        text = text[:start] + new + text[start + length :]
    document = Document.from_text("a.py", text)
    for placed in document.chunks:
        lines = placed.chunk.text.split("\n")
        broken = {line for span in placed.chunk.broken for line in range(span.start.line, span.end.line + 1)}
        for statement in placed.chunk.body:
            for node in ast.walk(statement):
                if hasattr(node, "lineno") and node.lineno - 1 not in broken and node.end_lineno - 1 not in broken:
                    assert 0 <= node.col_offset <= len(lines[node.lineno - 1])
                    assert 0 <= node.end_col_offset <= len(lines[node.end_lineno - 1])


def test_an_edit_keeps_every_other_chunk() -> None:
    document = Document.from_text("a.py", PROGRAM)
    edited = document.edited(PROGRAM.replace("range(10)", "range(20)"))
    kept = [one.chunk is other.chunk for one, other in zip(document.chunks, edited.chunks, strict=True)]
    assert kept.count(False) == 1
    assert serials(document) == serials(edited)


def test_lines_and_comments_above_change_no_chunk() -> None:
    document = Document.from_text("a.py", PROGRAM)
    edited = document.edited(PROGRAM.replace("# The net.", "# The\n\n# net."))
    assert [each.chunk for each in edited.chunks] == [each.chunk for each in document.chunks]
    assert [each.line for each in edited.chunks[:3]] == [each.line for each in document.chunks[:3]]
    assert [each.line - 2 for each in edited.chunks[3:]] == [each.line for each in document.chunks[3:]]


def test_a_statement_that_moves_stays_the_same_chunk() -> None:
    document = Document.from_text("a.py", "a = 1\nb = 2\nc = 3\nd = 4\n")
    edited = document.edited("c = 3\na = 1\nb = 2\nd = 4\n")
    assert serials(edited) == [2, 0, 1, 3]
    inserted = edited.edited("c = 3\nnew\na = 1\nb = 2\nd = 4\n")
    assert serials(inserted) == [2, 4, 0, 1, 3]
    replaced = inserted.edited("c = 3\nnewer\na = 1\nb = 2\nd = 4\n")
    assert serials(replaced) == [2, 4, 0, 1, 3]
    assert serials(replaced.edited("")) == []
    assert serials(replaced.edited("x").edited("x\ny")) == [5, 6]


def test_what_is_typed_below_can_change_the_statement_above() -> None:
    document = Document.from_text("a.py", "if a:\n    b\n\nelsewhere\n")
    assert [placed.chunk.text for placed in document.edited("if a:\n    b\n\nelse:\n  c\n").chunks] == [
        "if a:\n    b\n\nelse:\n  c"
    ]
    document = Document.from_text("a.py", "x = (\ny\nz\n")
    assert [placed.chunk.text for placed in document.edited("x = (\ny\nz\n)\n").chunks] == ["x = (\ny\nz\n)"]


def test_sites_move_with_their_chunk() -> None:
    document = Document.from_text("a.py", PROGRAM)
    found = document.find(span_of(PROGRAM, "loss.backward()"))
    assert found is not None
    placed = document.chunk_at(found.range.start.line)
    assert placed is not None
    site = document.site(placed.chunk.serial, found.node)
    for text in PROGRAM, "\n# é\n" + PROGRAM, PROGRAM.replace("import torch\n", "", 1):
        now = document.edited(text)
        assert now.lines.slice(now.locate(site).range) == "loss.backward()"
    whole = Range.of(3, 0, 3, 2)
    assert document.locate(Site("a.py", WHOLE_TEXT, whole)) == Place("a.py", whole)
    with pytest.raises(KeyError):
        document.locate(Site("a.py", 999, whole))


def span_of(text: str, part: str, number: int = 0) -> Range:
    lines, start = LineMap(text), -1
    for _ in range(number + 1):
        start = text.index(part, start + 1)
    return Range(lines.position(start), lines.position(start + len(part)))


@pytest.mark.parametrize(
    ("part", "kind", "parents"),
    [
        ("loss.backward()", ast.Call, [ast.For, ast.If, ast.Expr]),
        ("loss.item()", ast.Call, None),
        ("nn.Module", ast.Attribute, [ast.ClassDef]),
        ("decorated", ast.Name, [ast.ClassDef]),
        ("lr=0.1", ast.keyword, [ast.Assign, ast.Call]),
        ("self.linear(x)", ast.Call, [ast.ClassDef, ast.FunctionDef, ast.Return]),
        ('y = """\ntext ( [\n"""', ast.Assign, []),
        ("step % 2", ast.BinOp, [ast.For, ast.If]),
        ("ValueError", ast.Name, [ast.Try, ast.ExceptHandler]),
        ("loss = net(torch.randn(4, 3)).sum()", ast.Assign, [ast.For]),
    ],
)
def test_find_a_node_by_its_place(part: str, kind: type[ast.AST], parents: list[type[ast.AST]] | None) -> None:
    for text in PROGRAM, PROGRAM.replace("\n", "\r\n"):
        document = Document.from_text("a.py", text)
        span = span_of(text, part.replace("\n", "\r\n") if "\r" in text else part)
        found = document.find(span)
        assert found is not None
        assert isinstance(found.node, kind)
        assert found.range == span
        assert document.node_at(span) is found.node
        assert parents is None or [type(each) for each in found.parents] == parents
        assert isinstance(found.statement, ast.stmt)


def test_find_what_covers_a_range() -> None:
    document = Document.from_text("a.py", "x = f(a, b)\n\ny\n")
    assert ast.unparse(document.find(Range.of(0, 6, 0, 10)).node) == "f(a, b)"  # type: ignore[union-attr]
    assert document.node_at(Range.of(0, 6, 0, 10)) is None
    assert document.find(Range.of(0, 0, 2, 1)) is None
    assert document.find(Range.of(1, 0, 1, 0)) is None
    assert document.find(Range.of(9, 0, 9, 0)) is None


def test_found_shows_what_is_around() -> None:
    document = Document.from_text("a.py", "\nwith a(b) as c:\n    pass\n")
    found = document.find(Range.of(1, 7, 1, 8))
    assert found is not None
    assert found.text(next(found.around()).node) == "a(b)"
    assert found.up(0).inside(found.node) == found
    assert found.text() == "b"
    assert isinstance(found.parent, ast.Call)


@pytest.mark.parametrize("text", ["\ufeffx = y.a\n", "é = 1\n\tb\n", "def f(:\n  x = 1\n"])
def test_broken_and_odd_texts_are_read(text: str) -> None:
    document = Document.from_text("a.py", text)
    assert document.text == text
    assert document.broken == Document.from_text("a.py", text).broken
    if text.startswith("\ufeff"):
        assert document.node_at(Range.of(0, 5, 0, 8)) is not None


def test_marked_cells_are_found_by_line() -> None:
    document = Document.from_text("a.py", "import torch\n# %% One\nx = 1\n# %%\ny = 2\n")
    assert [cell.index for cell in document.cells] == [1, 2, 3]
    assert [getattr(document.cell_of(line), "index", None) for line in range(-1, 7)] == [None, 1, 2, 2, 3, 3, 3, None]
    assert not document.is_notebook
    assert Document.from_text("a.py", "x = 1\n").cell_of(0) is None


def notebook(*sources: str | None) -> str:
    cells = [{"cell_type": "markdown" if source is None else "code", "source": source or ""} for source in sources]
    return json.dumps({"cells": cells})


def test_a_notebook_is_one_program() -> None:
    document = Document.from_notebook(
        "a.ipynb", notebook(None, "import torch\n%matplotlib inline", "x = (", None, "else:\n    y = 1", "z = x?")
    )
    assert document.is_notebook
    assert document.text == "import torch\n%matplotlib inline\nx = (\nelse:\n    y = 1\nz = x?"
    assert [cell.index for cell in document.cells] == [2, 3, 5, 6]
    assert [placed.chunk.text for placed in document.chunks] == [
        "import torch",
        "pass",
        "x = (",
        "else:\n    y = 1",
        "z = x?",
    ]
    assert [getattr(document.cell_of(line), "index", None) for line in range(6)] == [2, 2, 3, 5, 5, 6]
    assert document.code.split("\n")[1] == "pass"


def test_a_notebook_is_edited_by_cells() -> None:
    document = Document.from_cells("nb", [("u1", "x = 1"), ("u2", None), ("u3", "y = 2\nz = 3")])
    assert [(cell.index, cell.key) for cell in document.cells] == [(1, "u1"), (3, "u3")]
    edited = document.edited_cells([("u3", "y = 2\nz = 4"), ("u1", "x = 1")])
    assert [(cell.index, cell.key) for cell in edited.cells] == [(1, "u3"), (2, "u1")]
    assert edited.chunks[0].chunk is document.chunks[1].chunk
    assert edited.chunks[2].chunk is document.chunks[0].chunk
    assert Document.from_cells("nb", []).chunks == ()


@pytest.mark.parametrize(
    ("old", "new", "cells"),
    [
        ("y = 2", "y = 20\ny = 3", ["x = 1\nx = 2", "y = 20\ny = 3\nz = 3", "w"]),
        ("x = 2\ny = 2\n", "", ["x = 1", "z = 3", "w"]),
        ("x = 1\n", "", ["x = 2", "y = 2\nz = 3", "w"]),
        ("w", "w\nv", ["x = 1\nx = 2", "y = 2\nz = 3", "w\nv"]),
        ("y = 2\nz = 3\n", "", ["x = 1\nx = 2", "w"]),
        ("w", "w", ["x = 1\nx = 2", "y = 2\nz = 3", "w"]),
    ],
)
def test_the_text_of_a_notebook_is_edited_within_its_cells(old: str, new: str, cells: list[str]) -> None:
    document = Document.from_cells("nb", [("u1", "x = 1\nx = 2"), (None, None), ("u3", "y = 2\nz = 3"), ("u4", "w")])
    edited = document.edited(document.text.replace(old, new))
    lines = edited.text.split("\n")
    assert ["\n".join(lines[cell.first_line : cell.end_line]) for cell in edited.cells] == cells
    assert edited.text == document.text.replace(old, new)
    keys = [(1, "u1"), (3, "u3"), (4, "u4")]
    assert [(cell.index, cell.key) for cell in edited.cells] == (keys if len(cells) == 3 else [keys[0], keys[2]])


def test_a_file_that_is_no_notebook_is_refused() -> None:
    with pytest.raises(ValueError, match="not a notebook"):
        Document.from_notebook("a.ipynb", "{")


def test_an_edit_reads_only_what_it_touches(monkeypatch: pytest.MonkeyPatch) -> None:
    from gradsight.syntax import lines

    text = "\n".join(f"def f{number}(x):\n    return x + {number}\n" for number in range(3000))
    document = Document.from_text("a.py", text)
    seen: list[int] = []
    logical = lines.LineScanner.logical

    def counting(self: lines.LineScanner, first: int, stop: int) -> lines.Logical:
        seen.append(first)
        return logical(self, first, stop)

    monkeypatch.setattr(lines.LineScanner, "logical", counting)
    edited = document.edited(text.replace("x + 1500", "x + 15\n    pass"))
    assert len(edited.chunks) == 3000
    assert len(seen) < 12


def test_parsing_is_left_until_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from gradsight.syntax import chunks

    def refuse(text: str) -> None:
        raise AssertionError(text)

    monkeypatch.setattr(chunks, "parse", refuse)
    Document.from_text("a.py", PROGRAM).edited(PROGRAM + "x = 1")


def test_a_warning_of_the_parser_is_not_shown(recwarn: pytest.WarningsRecorder, tmp_path: Path) -> None:
    document = Document.from_text(str(tmp_path / "a.py"), "x = 1 is 1\ny = '\\d'\n")
    assert document.broken == ()
    assert len(document.chunks) == 2
