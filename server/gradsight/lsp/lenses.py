"""CodeLens: the offer to run the gradient probe, above a file that uses PyTorch and above each cell."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from gradsight.analyse import mentions_torch
from gradsight.lsp.convert import Converter
from gradsight.lsp.programs import Read
from gradsight.text import Encoding

PROBE_FILE = "gradsight.probeFile"
PROBE_CELL = "gradsight.probeCell"


def lenses(read: Read, uri: str) -> list[types.CodeLens]:
    """The lenses of one text: a file, or one cell of a notebook."""
    document = read.analysis.document
    if not mentions_torch(document.text):
        return []
    return list(_in_notebook(read, uri) if read.snapshot.cells is not None else _in_file(read))


def _in_file(read: Read) -> Iterator[types.CodeLens]:
    uri = read.snapshot.uri
    yield _lens(0, "Run gradient probe", PROBE_FILE, [uri])
    for cell in read.analysis.document.cells:
        title = "Run gradient probe on this cell"
        yield _lens(cell.marker_line or cell.first_line, title, PROBE_CELL, [uri, cell.index])


def _in_notebook(read: Read, uri: str) -> Iterator[types.CodeLens]:
    converter = Converter(read.snapshot, read.analysis.documents, Encoding.UTF32)
    if (first_line := converter.first_line(uri)) is None:
        return
    cell = read.analysis.document.cell_of(first_line)
    if cell is not None:
        yield _lens(0, "Run gradient probe on this cell", PROBE_CELL, [read.snapshot.uri, cell.index])


def _lens(line: int, title: str, command: str, arguments: list[object]) -> types.CodeLens:
    at = types.Position(line, 0)
    return types.CodeLens(types.Range(at, at), types.Command(title, command, arguments=arguments))
