"""What stands on the editor's list of problems: by text, what all programs that lead into it say of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lsprotocol import types

from gradsight.document import Document
from gradsight.finding import Finding
from gradsight.lsp.convert import Converter
from gradsight.lsp.drift import Drift
from gradsight.lsp.programs import OpenText, Program, Read
from gradsight.lsp.publish import diagnostics
from gradsight.lsp.session import Session
from gradsight.lsp.uris import uri_of


class Board:
    """Remembers what each text was last shown with, so that only what is new is said."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._shown: dict[str, types.PublishDiagnosticsParams] = {}
        self._texts: dict[str, set[str]] = {}
        """By program: its own texts that something was said of."""
        self._visited: dict[str, set[str]] = {}
        """By program: the paths of other files that it had something to say of."""

    def tell(self, program: Program) -> Iterator[types.PublishDiagnosticsParams]:
        """What to publish once a program has been read or run."""
        before = self._visited.get(program.uri, set())
        now = set(program.read.elsewhere) if program.read is not None else set()
        self._visited[program.uri] = now
        yield from self._own(program)
        for path in sorted(before | now):
            yield from self._file(path)

    def forget(self, program: Program) -> Iterator[types.PublishDiagnosticsParams]:
        """What to publish once a program has been closed."""
        for uri in sorted(self._texts.pop(program.uri, ())):
            yield from self._news(types.PublishDiagnosticsParams(uri, []))
        for path in sorted(self._visited.pop(program.uri, set()) | {program.path}):
            yield from self._file(path)

    def _own(self, program: Program) -> Iterator[types.PublishDiagnosticsParams]:
        read = program.read
        if read is None or not program.settled.is_set():
            return  # its own analysis is on the way
        said = {each.uri: each for each in diagnostics(read, program.ran, self._session.encoding)}
        if program.cells is None and program.uri in said:
            known = {(finding.code, finding.place) for finding in read.analysis.findings}
            opened = OpenText(program.uri, read.snapshot.version, read.snapshot.text)
            more = self._visitors(program.path, read.analysis.document, opened, known)
            said[program.uri].diagnostics = [*said[program.uri].diagnostics, *more]
        for uri in self._texts.get(program.uri, set()) - said.keys():
            yield from self._news(types.PublishDiagnosticsParams(uri, []))
        for params in said.values():
            yield from self._news(params)
        self._texts[program.uri] = set(said)

    def _file(self, path: str) -> Iterator[types.PublishDiagnosticsParams]:
        """What to publish of a file that is open by itself or not at all."""
        program = self._session.at(path)
        if program is not None:
            yield from self._own(program)
        else:
            yield from self._news(types.PublishDiagnosticsParams(uri_of(path), [*self._visitors(path, None, None, ())]))

    def _news(self, params: types.PublishDiagnosticsParams) -> Iterator[types.PublishDiagnosticsParams]:
        last = self._shown.pop(params.uri, None)
        if params.diagnostics or params.version is not None:
            self._shown[params.uri] = params
        if last != params and (params.diagnostics or params.version is not None or (last and last.diagnostics)):
            yield params

    def _visitors(
        self, path: str, document: Document | None, opened: OpenText | None, known: Iterable[tuple[str, object]]
    ) -> Iterator[types.Diagnostic]:
        told = set(known)
        for finding, converter in visitors(self._session, path, document, opened):
            if (finding.code, finding.place) not in told:
                told.add((finding.code, finding.place))
                yield converter.diagnostic(finding)[1]


def visitors(
    session: Session, path: str, document: Document | None, opened: OpenText | None
) -> Iterator[tuple[Finding, Converter]]:
    """What programs found in a file that they import, as the file is now, with what converts it."""
    for program in session.programs.values():
        read = program.read
        if read is None or not (found := read.elsewhere.get(path, ())):
            continue
        documents, snapshot = dict(read.analysis.documents), read.snapshot
        if document is not None and opened is not None:
            found = [*Drift.between(path, documents[path].text, document.text).follow(found)]
            documents[path] = document
            snapshot = replace(snapshot, around={**snapshot.around, path: opened})
        converter = Converter(snapshot, documents, session.encoding)
        for finding in found:
            yield finding, converter


def depends_on(read: Read | None, path: str) -> bool:
    """Whether what a program shows may rest on the text of a file; assumed while nothing is known."""
    return read is None or (path != read.snapshot.path and path in read.analysis.documents)
