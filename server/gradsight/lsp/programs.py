"""What the editor has open: a program is a file, or a notebook whose cells run one after another."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from gradsight.analyse import Analysis
from gradsight.document import Document
from gradsight.finding import Finding
from gradsight.lsp.buffers import Buffer
from gradsight.lsp.drift import Drift
from gradsight.settings import Settings
from gradsight.text import Place


@dataclass(frozen=True, slots=True)
class CellText:
    """One cell of a notebook at one moment."""

    uri: str
    version: int
    text: str
    is_code: bool


@dataclass(frozen=True, slots=True)
class OpenText:
    """A file that the editor has open, at one moment."""

    uri: str
    version: int
    text: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A program at one moment; a value that worker threads may keep."""

    uri: str
    path: str
    revision: int
    """Grows with each change of the program."""
    version: int
    """The editor's own number for it."""
    text: str
    """Empty for a notebook."""
    cells: tuple[CellText, ...] | None = None
    """The cells of a notebook; None for a file."""
    around: Mapping[str, OpenText] = field(default_factory=dict)
    """By path: the files that were open, this one among them."""

    def document(self, previous: Document | None) -> Document:
        """The document of this moment, made from the one before where there is one."""
        if self.cells is not None:
            cells = [(cell.uri, cell.text if cell.is_code else None) for cell in self.cells]
            return Document.from_cells(self.path, cells) if previous is None else previous.edited_cells(cells)
        return Document.from_text(self.path, self.text) if previous is None else previous.edited(self.text)

    def versions(self) -> Mapping[str, int]:
        """Every text of the program that diagnostics can be shown in, and its version."""
        if self.cells is None:
            return {self.uri: self.version}
        return {cell.uri: cell.version for cell in self.cells if cell.is_code}


@dataclass(frozen=True)
class Read:
    """What reading a program showed, and the moment that it belongs to."""

    snapshot: Snapshot
    analysis: Analysis
    settings: Settings
    root: Path | None = None
    """The folder of the project, from which patterns of paths count."""
    problems: tuple[str, ...] = ()
    """What was wrong with the settings."""

    @cached_property
    def elsewhere(self) -> Mapping[str, Sequence[Finding]]:
        """The findings that lie in other files, by path."""
        found: dict[str, list[Finding]] = {}
        for finding in self.analysis.findings:
            if finding.place.path != self.snapshot.path:
                found.setdefault(finding.place.path, []).append(finding)
        return found


@dataclass(frozen=True)
class Ran:
    """What running a program showed, carried along while its text changes."""

    analysis: Analysis
    """As it was when the program ran."""
    text: str
    """The text that `findings` and `failure` count in."""
    findings: tuple[Finding, ...]
    failure: tuple[Place, str] | None = None
    """The exception that ended the program: where, and its message."""

    def moved_to(self, path: str, text: str) -> Ran:
        """The same for a later text: what was said about lines that changed is gone."""
        if text == self.text:
            return self
        drift = Drift.between(path, self.text, text)
        failure = None
        if self.failure is not None and (place := drift.place(self.failure[0])):
            failure = (place, self.failure[1])
        return Ran(self.analysis, text, tuple(drift.follow(self.findings)), failure)


@dataclass
class CellBuffer:
    """One cell of an open notebook."""

    uri: str
    is_code: bool
    buffer: Buffer


@dataclass
class Program:
    """One open file or notebook."""

    uri: str
    path: str
    buffer: Buffer
    """The text of a file; for a notebook it is empty and carries its version."""
    cells: list[CellBuffer] | None = None
    revision: int = 0
    read: Read | None = None
    """What reading it last showed; perhaps a few keystrokes old."""
    ran: Ran | None = None
    """What running it last showed."""
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while `read` belongs to the program as it is now."""

    def snapshot(self, around: Mapping[str, OpenText] | None = None) -> Snapshot:
        """The program as it is now, among the files that are open."""
        cells = None
        if self.cells is not None:
            cells = tuple(
                CellText(cell.uri, cell.buffer.version, cell.buffer.text, cell.is_code) for cell in self.cells
            )
        return Snapshot(self.uri, self.path, self.revision, self.buffer.version, self.buffer.text, cells, around or {})

    def buffer_of(self, uri: str) -> Buffer | None:
        """The text that the editor calls `uri`."""
        if self.cells is None:
            return self.buffer if uri == self.uri else None
        return next((cell.buffer for cell in self.cells if cell.uri == uri), None)
