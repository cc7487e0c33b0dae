"""The state of one conversation with an editor, and the only part of it that changes.

Everything here is used on the event loop alone; worker threads get snapshots.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lsprotocol import types
from pygls.capabilities import get_capability

from gradsight.lsp.buffers import Buffer
from gradsight.lsp.programs import CellBuffer, OpenText, Program
from gradsight.lsp.uris import path_of
from gradsight.project_file import ProjectFiles
from gradsight.settings import Settings
from gradsight.text import Encoding, Position


@dataclass
class Client:
    """What the editor can do."""

    document_changes: bool = False
    """It takes edits tied to the version of a text."""
    progress: bool = False
    """It shows progress that the server begins."""
    configuration: bool = False
    """It can be asked for settings."""
    registers_configuration: bool = False
    """It wants to be told that the server likes to hear of changed settings."""
    registers_watchers: bool = False
    """It can watch files for the server."""

    @staticmethod
    def of(capabilities: types.ClientCapabilities) -> Client:
        """Reads what the editor says of itself."""

        def can(name: str) -> bool:
            return bool(get_capability(capabilities, name, False))

        return Client(
            can("workspace.workspace_edit.document_changes"),
            can("window.work_done_progress"),
            can("workspace.configuration"),
            can("workspace.did_change_configuration.dynamic_registration"),
            can("workspace.did_change_watched_files.dynamic_registration"),
        )


@dataclass
class Session:
    """What the editor has open and how it wants things."""

    client: Client = field(default_factory=Client)
    encoding: Encoding = Encoding.UTF16
    trusted: bool = True
    """Whether programs of the workspace may be run."""
    interpreter: str = ""
    """The Python that the editor has chosen for the workspace; empty where it said nothing."""
    folders: list[str] = field(default_factory=list)
    """Paths of the folders of the workspace."""
    settings: Settings = field(default_factory=Settings)
    projects: ProjectFiles = field(default_factory=ProjectFiles)
    programs: dict[str, Program] = field(default_factory=dict)
    """By URI of the file or notebook."""
    cells: dict[str, str] = field(default_factory=dict)
    """The notebook's URI by the URI of a cell."""
    revisions: int = 0
    """How many states of programs there have been."""
    complaints: set[str] = field(default_factory=set)
    """What the user was told once about settings."""

    def program(self, uri: str) -> Program | None:
        """The program that a text belongs to: itself, or the notebook of a cell."""
        return self.programs.get(self.cells.get(uri, uri))

    def at(self, path: str) -> Program | None:
        """The open file with this path."""
        return next((each for each in self.programs.values() if each.path == path and each.cells is None), None)

    def around(self) -> dict[str, OpenText]:
        """Every file that is open, by path."""
        return {
            each.path: OpenText(each.uri, each.buffer.version, each.buffer.text)
            for each in self.programs.values()
            if each.cells is None
        }

    def open_file(self, item: types.TextDocumentItem) -> Program:
        """The editor shows a file."""
        program = Program(item.uri, path_of(item.uri), Buffer(item.text, item.version))
        self.touch(program)
        self.programs[item.uri] = program
        return program

    def change(self, params: types.DidChangeTextDocumentParams) -> Program | None:
        """The editor changed a text; None for one that it never opened."""
        program = self.program(params.text_document.uri)
        if program is None:
            return None
        self._edit(program, params.text_document, params.content_changes)
        self.touch(program)
        return program

    def close(self, uri: str) -> Program | None:
        """The editor does not show a file or notebook any more."""
        program = self.programs.pop(uri, None)
        if program is not None:
            for cell in program.cells or ():
                self.cells.pop(cell.uri, None)
        return program

    def open_notebook(self, params: types.DidOpenNotebookDocumentParams) -> Program:
        """The editor shows a notebook."""
        notebook = params.notebook_document
        program = Program(notebook.uri, path_of(notebook.uri), Buffer("", notebook.version), cells=[])
        self.touch(program)
        self.programs[notebook.uri] = program
        self._splice(program, 0, 0, notebook.cells, params.cell_text_documents)
        return program

    def change_notebook(self, params: types.DidChangeNotebookDocumentParams) -> Program | None:
        """Cells came, went, changed their kind, or their texts changed."""
        program = self.programs.get(params.notebook_document.uri)
        if program is None or program.cells is None:
            return None
        program.buffer.version = params.notebook_document.version
        if changes := params.change.cells:
            if changes.structure:
                array = changes.structure.array
                opened = changes.structure.did_open or ()
                self._splice(program, array.start, array.delete_count, array.cells or (), opened)
            kinds = {cell.document: cell.kind for cell in changes.data or ()}
            for cell in program.cells:
                cell.is_code = kinds.get(cell.uri, _kind(cell)) is types.NotebookCellKind.Code
            for content in changes.text_content or ():
                self._edit(program, content.document, content.changes)
        self.touch(program)
        return program

    def touch(self, program: Program) -> None:
        """Gives a program a revision that it never had: what was found before belongs to another state."""
        self.revisions += 1
        program.revision = self.revisions

    def _splice(
        self,
        program: Program,
        start: int,
        delete_count: int,
        cells: Iterable[types.NotebookCell],
        texts: Iterable[types.TextDocumentItem],
    ) -> None:
        assert program.cells is not None
        known = {cell.uri: cell.buffer for cell in program.cells}
        known |= {item.uri: Buffer(item.text, item.version) for item in texts}
        new = [
            CellBuffer(
                cell.document,
                cell.kind is types.NotebookCellKind.Code,
                known.get(cell.document) or Buffer("", 0),
            )
            for cell in cells
        ]
        removed = program.cells[start : start + delete_count]
        program.cells[start : start + delete_count] = new
        for cell in removed:
            self.cells.pop(cell.uri, None)
        self.cells.update((cell.uri, program.uri) for cell in program.cells)

    def _edit(
        self,
        program: Program,
        document: types.VersionedTextDocumentIdentifier,
        changes: Iterable[types.TextDocumentContentChangeEvent],
    ) -> None:
        buffer = program.buffer_of(document.uri)
        if buffer is None:
            return
        for change in changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                start, end = (Position(at.line, at.character) for at in (change.range.start, change.range.end))
                buffer.replace(start, end, change.text, self.encoding)
            else:
                buffer.replace_all(change.text)
        buffer.version = document.version


def _kind(cell: CellBuffer) -> types.NotebookCellKind:
    return types.NotebookCellKind.Code if cell.is_code else types.NotebookCellKind.Markup
