"""Notebooks: the cells are one program, and each finding is shown in its own cell."""

from __future__ import annotations

from lsprotocol import types

from lsp.editor import Editor

NOTEBOOK = "file:///home/train.ipynb"
CELLS = [
    "import torch\n",
    "# About the data",
    "x = torch.ones(3, requires_grad=True)\ny = x.exp()",
    "%time\ny += 1",
    "loss = y.sum()\nloss.backward()",
]


def cell_uri(number: int) -> str:
    return f"vscode-notebook-cell:/home/train.ipynb#W{number}"


def kind(number: int) -> types.NotebookCellKind:
    return types.NotebookCellKind.Markup if number == 1 else types.NotebookCellKind.Code


def open_notebook(editor: Editor) -> None:
    cells = [types.NotebookCell(kind(number), cell_uri(number)) for number in range(len(CELLS))]
    items = [
        types.TextDocumentItem(cell_uri(number), types.LanguageKind.Python, 1, text)
        for number, text in enumerate(CELLS)
    ]
    for number, text in enumerate(CELLS):
        editor.texts[cell_uri(number)], editor.versions[cell_uri(number)] = text, 1
    notebook = types.NotebookDocument(NOTEBOOK, "jupyter-notebook", 1, cells)
    editor.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(notebook, items))


def change(editor: Editor, cells: types.NotebookDocumentCellChanges, version: int) -> None:
    editor.client.notebook_document_did_change(
        types.DidChangeNotebookDocumentParams(
            types.VersionedNotebookDocumentIdentifier(version, NOTEBOOK),
            types.NotebookDocumentChangeEvent(cells=cells),
        )
    )


def retype(editor: Editor, number: int, text: str, version: int) -> None:
    uri = cell_uri(number)
    editor.texts[uri] = text
    editor.versions[uri] += 1
    document = types.VersionedTextDocumentIdentifier(uri=uri, version=editor.versions[uri])
    whole = types.TextDocumentContentChangeWholeDocument(text=text)
    content = types.NotebookDocumentCellContentChanges(document, [whole])
    change(editor, types.NotebookDocumentCellChanges(text_content=[content]), version)


async def test_findings_lie_in_their_cells(editor: Editor) -> None:
    await editor.start()
    open_notebook(editor)
    assert await editor.shown(cell_uri(3)) == [("GS302", "y += 1")]
    (found,) = await editor.diagnostics(cell_uri(3))
    related = [each.location for each in found.related_information or []]
    assert related[-1].uri == cell_uri(4)
    assert editor.slice(CELLS[4], related[-1].range) == "loss.backward()"
    for other in (0, 2, 4):
        assert await editor.diagnostics(cell_uri(other)) == []
    assert not any(params.uri in (NOTEBOOK, cell_uri(1)) for params in editor.published)


async def test_hover_tells_of_other_cells(editor: Editor) -> None:
    await editor.start()
    open_notebook(editor)
    said = await editor.hover("y.sum", cell_uri(4))
    assert said is not None
    assert "requires grad: yes, since `x` does" in said
    assert "last written in place by `y += 1` (cell 4, line 2)" in said
    said = await editor.hover("x.exp", cell_uri(2))
    assert said is not None
    assert "made by `torch.ones(3, requires_grad=True)` (cell 3, line 1)" in said


async def test_a_fix_edits_its_cell(editor: Editor) -> None:
    await editor.start()
    open_notebook(editor)
    found = await editor.diagnostics(cell_uri(3))
    (first, *_) = await editor.actions(found, uri=cell_uri(3))
    assert first.edit is not None
    assert first.edit.document_changes is not None
    (edits,) = first.edit.document_changes
    assert isinstance(edits, types.TextDocumentEdit)
    assert edits.text_document.uri == cell_uri(3)
    retype(editor, 3, "y = y + 1", 2)
    assert await editor.shown(cell_uri(3)) == []


async def test_cells_that_go_and_come(editor: Editor) -> None:
    await editor.start()
    open_notebook(editor)
    assert await editor.shown(cell_uri(3)) == [("GS302", "y += 1")]
    removed = types.NotebookDocumentCellChangeStructure(
        types.NotebookCellArrayChange(3, 1), did_close=[types.TextDocumentIdentifier(cell_uri(3))]
    )
    change(editor, types.NotebookDocumentCellChanges(structure=removed), 2)
    await editor.until(lambda: (last := editor.latest(cell_uri(3))) and not last.diagnostics)
    added = types.NotebookDocumentCellChangeStructure(
        types.NotebookCellArrayChange(3, 0, [types.NotebookCell(types.NotebookCellKind.Code, cell_uri(9))]),
        did_open=[types.TextDocumentItem(cell_uri(9), types.LanguageKind.Python, 1, "y *= 2")],
    )
    editor.texts[cell_uri(9)], editor.versions[cell_uri(9)] = "y *= 2", 1
    change(editor, types.NotebookDocumentCellChanges(structure=added), 3)
    assert await editor.shown(cell_uri(9)) == [("GS302", "y *= 2")]


async def test_each_cell_has_a_lens(editor: Editor) -> None:
    await editor.start()
    open_notebook(editor)
    assert await editor.lenses(cell_uri(2)) == [(0, "gradsight.probeCell", [NOTEBOOK, 3])]
    assert await editor.lenses(cell_uri(4)) == [(0, "gradsight.probeCell", [NOTEBOOK, 5])]


async def test_closing_clears_all_cells(editor: Editor) -> None:
    await editor.start()
    open_notebook(editor)
    assert await editor.shown(cell_uri(3)) == [("GS302", "y += 1")]
    editor.client.notebook_document_did_close(
        types.DidCloseNotebookDocumentParams(
            types.NotebookDocumentIdentifier(NOTEBOOK), [types.TextDocumentIdentifier(cell_uri(3))]
        )
    )
    await editor.until(lambda: (last := editor.latest(cell_uri(3))) and not last.diagnostics)
