"""Programs of several files in the editor: findings under the file that causes them, and as it is on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from lsp.editor import Editor

MEASURES = """\
import torch

def distance(a, b):
    return ((a - b) ** 2).mean().detach()
"""
TRAIN = """\
import torch
from measures import distance

x = torch.randn(4, 3, requires_grad=True)
loss = distance(x, torch.randn(4, 3))
loss.backward()
"""
CUT = ("GS203", ".detach()")


class Files:
    """Two files on the disk, and what they are called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "train.py").write_text(TRAIN)
        (folder / "measures.py").write_text(MEASURES)
        self.train, self.measures = (folder / "train.py").as_uri(), (folder / "measures.py").as_uri()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def codes(editor: Editor, uri: str) -> list[object]:
    latest = editor.latest(uri)
    return [each.code for each in latest.diagnostics] if latest is not None else []


async def test_a_finding_stands_in_the_file_that_causes_it(editor: Editor, files: Files) -> None:
    await editor.start()
    editor.open(TRAIN, files.train)
    (found,) = (await editor.until(lambda: editor.latest(files.measures))).diagnostics
    assert (found.code, editor.slice(MEASURES, found.range)) == CUT
    assert files.train in {each.location.uri for each in found.related_information or ()}
    assert await editor.shown(files.train) == []
    editor.close(files.train)
    await editor.until(lambda: codes(editor, files.measures) == [])


async def test_the_unsaved_text_counts(editor: Editor, files: Files) -> None:
    await editor.start()
    editor.open(TRAIN, files.train)
    editor.open(MEASURES, files.measures)
    await editor.until(lambda: codes(editor, files.measures) == ["GS203"])
    editor.edit("import torch\n", "import torch\n# one more line\n", files.measures)
    moved = await editor.until(
        lambda: (now := editor.latest(files.measures, 2)) and [each.range.start.line for each in now.diagnostics]
    )
    assert moved == [4], "it moves with its line at once"
    editor.edit(".detach()", "", files.measures)
    await editor.until(lambda: editor.latest(files.measures, 3) and codes(editor, files.measures) == [])
    editor.edit(".mean()", ".mean().data", files.measures)
    await editor.until(lambda: editor.latest(files.measures, 4) and codes(editor, files.measures) == ["GS203"])
    editor.close(files.measures)
    await editor.until(lambda: codes(editor, files.measures) == ["GS203"])


async def test_a_fix_in_the_other_file_is_made_there(editor: Editor, files: Files) -> None:
    await editor.start()
    editor.open(TRAIN, files.train)
    editor.open(MEASURES, files.measures)
    await editor.until(lambda: codes(editor, files.measures) == ["GS203"])
    shown = await editor.diagnostics(files.measures)
    fix, *_, ignore = await editor.actions(shown, uri=files.measures)
    assert ignore.title == "Ignore GS203 on this line"
    assert fix.edit is not None
    editor.apply(fix.edit)
    assert "detach" not in editor.texts[files.measures]
    await editor.until(lambda: codes(editor, files.measures) == [])


async def test_a_finding_here_may_be_repaired_in_a_file_that_is_not_open(editor: Editor, files: Files) -> None:
    (files.folder / "data.py").write_text("import torch\n\nweight = torch.ones(3)\n")
    await editor.start()
    editor.open("import torch\nfrom data import weight\n(weight * 2).sum().backward()\n", files.train)
    data = (files.folder / "data.py").as_uri()
    shown = (await editor.until(lambda: editor.latest(data))).diagnostics
    editor.open((files.folder / "data.py").read_text(), data)
    await editor.until(lambda: editor.latest(data, 1) and codes(editor, data) == ["GS101"])
    fix = (await editor.actions(shown, uri=data))[0]
    assert fix.edit is not None
    editor.apply(fix.edit)
    assert editor.texts[data].splitlines()[2] == "weight = torch.ones(3, requires_grad=True)"


async def test_files_that_change_on_the_disk(editor: Editor, files: Files) -> None:
    (files.folder / "measures.py").unlink()
    await editor.start(registers=True)
    editor.open(TRAIN, files.train)
    assert await editor.shown(files.train) == []
    (files.folder / "measures.py").write_text(MEASURES)

    def tell(kind: types.FileChangeType) -> None:
        params = types.DidChangeWatchedFilesParams([types.FileEvent(files.measures, kind)])
        editor.client.workspace_did_change_watched_files(params)

    tell(types.FileChangeType.Created)
    await editor.until(lambda: codes(editor, files.measures) == ["GS203"])
    (files.folder / "measures.py").write_text(MEASURES.replace(".detach()", ""))
    tell(types.FileChangeType.Changed)
    await editor.until(lambda: codes(editor, files.measures) == [])


async def test_a_comment_in_the_other_file_counts(editor: Editor, files: Files) -> None:
    (files.folder / "measures.py").write_text(MEASURES.replace(".detach()", ".detach()  # gradsight: ignore"))
    await editor.start()
    editor.open(TRAIN, files.train)
    assert await editor.shown(files.train) == []
    assert editor.latest(files.measures) is None


async def test_notebooks_lead_into_files(editor: Editor, files: Files) -> None:
    await editor.start()
    book, cell = (files.folder / "book.ipynb").as_uri(), "vscode-notebook-cell:/book.ipynb#1"
    notebook = types.NotebookDocument(
        book, "jupyter-notebook", 1, [types.NotebookCell(types.NotebookCellKind.Code, cell)]
    )
    item = types.TextDocumentItem(cell, types.LanguageKind.Python, 1, TRAIN)
    editor.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(notebook, [item]))
    (found,) = (await editor.until(lambda: editor.latest(files.measures))).diagnostics
    assert cell in {each.location.uri for each in found.related_information or ()}
