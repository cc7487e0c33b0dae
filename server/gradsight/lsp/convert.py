"""Findings as the protocol's objects, and back. The only place where such objects are made from findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from zlib import crc32

from lsprotocol import types
from lsprotocol.converters import get_converter

from gradsight import pages
from gradsight.document import Document
from gradsight.finding import Edit, Finding, Fix, Safety, Severity
from gradsight.lsp.programs import Snapshot
from gradsight.lsp.uris import uri_of
from gradsight.text import Encoding, Place, Position, Range, column_in

SOURCE = "gradsight"

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFORMATION: types.DiagnosticSeverity.Information,
    Severity.HINT: types.DiagnosticSeverity.Hint,
}
_converter = get_converter()


def plain(value: object) -> Any:
    """A protocol object as JSON data."""
    return _converter.unstructure(value)


class Converter:
    """Converts for one program at one moment, counting columns as the editor does."""

    def __init__(self, snapshot: Snapshot, documents: Mapping[str, Document], encoding: Encoding) -> None:
        self.snapshot = snapshot
        self.documents = documents
        self.encoding = encoding
        self._versions: dict[str, int] = {opened.uri: opened.version for opened in snapshot.around.values()}
        self._versions.update(snapshot.versions())

    def location(self, place: Place) -> types.Location:
        """Where a place is for the editor: in a file, or in a cell."""
        document, span = self.documents[place.path], place.range
        lines = document.lines
        start, end = (types.Position(at.line, lines.units(at, self.encoding)) for at in (span.start, span.end))
        if place.path != self.snapshot.path:
            return types.Location(self._uri(place.path), types.Range(start, end))
        cell = document.cell_of(span.start.line) if document.is_notebook else None
        if cell is None or cell.key is None:
            return types.Location(self.snapshot.uri, types.Range(start, end))
        for position in (start, end):
            position.line -= cell.first_line
        return types.Location(cell.key, types.Range(start, end))

    def _uri(self, path: str) -> str:
        """What the editor calls another file."""
        opened = self.snapshot.around.get(path)
        return opened.uri if opened is not None else uri_of(path)

    def place(self, uri: str, span: types.Range) -> Place | None:
        """The place in the program that the editor means; None for a text that is not part of it."""
        document = self.documents[self.snapshot.path]
        first_line = self.first_line(uri)
        if first_line is None:
            return None
        start, end = (self._position(document, at, first_line) for at in (span.start, span.end))
        return Place(document.path, Range(start, end))

    def first_line(self, uri: str) -> int | None:
        """Which line of the document is the first of the text that the editor calls `uri`."""
        document = self.documents[self.snapshot.path]
        if not document.is_notebook:
            return 0 if uri == self.snapshot.uri else None
        return next((cell.first_line for cell in document.cells if cell.key == uri), None)

    def _position(self, document: Document, at: types.Position, first_line: int) -> Position:
        line = at.line + first_line
        return Position(line, column_in(document.lines.line(line), at.character, self.encoding))

    def diagnostic(self, finding: Finding) -> tuple[str, types.Diagnostic]:
        """A finding, and the text to show it in. Its fixes ride along, so that offering them costs no analysis."""
        at = self.location(finding.place)
        link = pages.link(finding.code)
        check = pages.by_code().get(finding.code)
        return at.uri, types.Diagnostic(
            range=at.range,
            message=finding.message,
            severity=_SEVERITIES[finding.severity],
            code=finding.code,
            code_description=types.CodeDescription(link) if link else None,
            source=SOURCE,
            tags=[types.DiagnosticTag.Unnecessary] if check is not None and check.pointless else None,
            related_information=[
                types.DiagnosticRelatedInformation(self.location(related.place), related.message)
                for related in finding.related
            ],
            data={
                "name": finding.name,
                "version": self.version(at.uri),
                "fixes": [self.fix(fix) for fix in finding.fixes],
            },
        )

    def version(self, uri: str) -> int | None:
        """The version of a text in this snapshot; None for a file that was not open."""
        return self._versions.get(uri)

    def fix(self, fix: Fix) -> dict[str, Any]:
        """A fix as JSON data: what a diagnostic carries to the editor and back."""
        return {
            "title": fix.title,
            "safe": fix.safety is Safety.SAFE,
            "edits": [self._edit(edit) for edit in fix.edits],
        }

    def _edit(self, edit: Edit) -> dict[str, Any]:
        at = self.location(edit.place)
        version = self.version(at.uri)
        said: dict[str, Any] = {
            "uri": at.uri,
            "version": version,
            "range": plain(at.range),
            "newText": edit.new_text,
        }
        if version is None:
            said["path"], said["mark"] = edit.place.path, mark_of(self.documents[edit.place.path].text)
        return said


def mark_of(text: str) -> int:
    """Tells a text from others: an edit of a file that nobody has open is made only while it is the same."""
    return crc32(text.encode("utf-8", "surrogatepass"))


def workspace_edit(edits: Iterable[Mapping[str, Any]], document_changes: bool) -> types.WorkspaceEdit:
    """Edits (as `Converter.fix` makes them) for the editor, tied to the versions they were made for if it can."""
    by_uri: dict[str, list[types.TextEdit]] = {}
    made_for: dict[str, int | None] = {}
    for edit in edits:
        span = _converter.structure(edit["range"], types.Range)
        by_uri.setdefault(edit["uri"], []).append(types.TextEdit(span, edit["newText"]))
        made_for[edit["uri"]] = edit.get("version")
    if not document_changes:
        return types.WorkspaceEdit(changes=by_uri)
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri, made_for[uri]), text_edits)
            for uri, text_edits in by_uri.items()
        ]
    )
