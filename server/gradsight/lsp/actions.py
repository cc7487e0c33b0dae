"""Code actions: the fixes that ride on the diagnostics, all safe ones at once, and "ignore on this line"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types

from gradsight import sources
from gradsight.finding import Finding, Safety, Severity
from gradsight.lsp.convert import SOURCE, Converter, mark_of, workspace_edit
from gradsight.lsp.programs import Ran, Read
from gradsight.lsp.publish import merged
from gradsight.suppress import ignore_fix
from gradsight.text import Encoding, Place

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.{SOURCE}"
KINDS = (types.CodeActionKind.QuickFix, FIX_ALL)


class Actions:
    """The code actions of one program at one moment."""

    def __init__(
        self,
        read: Read,
        ran: Ran | None,
        encoding: Encoding,
        document_changes: bool,
        visitors: Iterable[tuple[Finding, Converter]] = (),
    ) -> None:
        """`visitors` is what other programs found in this one's text."""
        self._findings = merged(read, ran)
        self._visitors = list(visitors)
        documents = {**(ran.analysis.documents if ran is not None else {}), **read.analysis.documents}
        self._converter = Converter(read.snapshot, documents, encoding)
        self._text = read.analysis.document.text
        self._versions = read.snapshot.versions()
        self._document_changes = document_changes

    def answer(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """What can be done about the diagnostics that the editor asks about."""
        only = params.context.only
        uri = params.text_document.uri
        actions: list[types.CodeAction] = []
        if _wanted(types.CodeActionKind.QuickFix.value, only):
            mine = [diagnostic for diagnostic in params.context.diagnostics if diagnostic.source == SOURCE]
            for diagnostic in mine:
                actions += self._fixes(uri, diagnostic)
            for diagnostic in mine:
                actions += self._ignore(uri, diagnostic)
        if only and _wanted(FIX_ALL, only):
            actions += self._fix_all()
        return actions

    def _fixes(self, uri: str, diagnostic: types.Diagnostic) -> Iterator[types.CodeAction]:
        for number, fix in enumerate(fix for fix in self._fixes_of(uri, diagnostic) if _can_be_made(fix["edits"])):
            title = fix["title"] if fix["safe"] else f"{fix['title']} (changes training)"
            yield types.CodeAction(
                title,
                types.CodeActionKind.QuickFix,
                diagnostics=[diagnostic],
                is_preferred=number == 0,
                edit=self._edit(fix["edits"]),
            )

    def _fixes_of(self, uri: str, diagnostic: types.Diagnostic) -> Sequence[Mapping[str, Any]]:
        """The fixes that ride on a diagnostic; those of today where it is older than the text or lost them."""
        data = diagnostic.data
        if isinstance(data, Mapping) and data.get("version") == self._versions.get(uri):
            fixes: Sequence[Mapping[str, Any]] = data.get("fixes", ())
            return fixes
        finding, converter = self._finding(uri, diagnostic)
        return [converter.fix(fix) for fix in finding.fixes] if finding else ()

    def _finding(self, uri: str, diagnostic: types.Diagnostic) -> tuple[Finding | None, Converter]:
        place = self._converter.place(uri, diagnostic.range)
        for finding, converter in [*((each, self._converter) for each in self._findings), *self._visitors]:
            if finding.code == diagnostic.code and finding.place == place:
                return finding, converter
        return None, self._converter

    def _ignore(self, uri: str, diagnostic: types.Diagnostic) -> Iterator[types.CodeAction]:
        finding, _ = self._finding(uri, diagnostic)
        fix = ignore_fix(self._text, finding) if finding else None
        if fix is not None:
            edit = self._edit(self._converter.fix(fix)["edits"])
            yield types.CodeAction(fix.title, types.CodeActionKind.QuickFix, diagnostics=[diagnostic], edit=edit)

    def _fix_all(self) -> Iterator[types.CodeAction]:
        """The first fix of every finding, if it is safe and touches nothing that an earlier one touches.

        Hints are left alone: they mark what works, and who saves a file wants no such code rewritten.
        """
        edits: list[Mapping[str, Any]] = []
        taken: list[Place] = []
        for finding in self._findings:
            if finding.severity is Severity.HINT or not finding.fixes or finding.fixes[0].safety is not Safety.SAFE:
                continue
            fix = finding.fixes[0]
            places = [edit.place for edit in fix.edits]
            if any(place.path != finding.place.path for place in places):
                continue  # saving one file must not change another
            if not any(_clash(place, other) for place in places for other in taken):
                taken += places
                edits += self._converter.fix(fix)["edits"]
        if edits:
            title = "Fix all that Gradsight can fix safely"
            yield types.CodeAction(title, FIX_ALL, edit=self._edit(edits))

    def _edit(self, edits: Sequence[Mapping[str, Any]]) -> types.WorkspaceEdit:
        return workspace_edit(edits, self._document_changes)


def _can_be_made(edits: Sequence[Mapping[str, Any]]) -> bool:
    """Whether files that nobody has open still hold the text that the edits were made for."""
    return all(edit.get("version") is not None or _holds(edit.get("path"), edit.get("mark")) for edit in edits)


def _holds(path: object, mark: object) -> bool:
    try:
        return isinstance(path, str) and mark_of(sources.read(Path(path)).text) == mark
    except sources.CannotRead:
        return False


def _clash(one: Place, other: Place) -> bool:
    return one.path == other.path and one.range.touches(other.range)


def _wanted(kind: str, only: Sequence[str | types.CodeActionKind] | None) -> bool:
    """Whether the editor asks for this kind; kinds contain those that begin with them and a dot."""
    if not only:
        return True
    asked = [str(getattr(each, "value", each)) for each in only]
    return any(each == "" or kind == each or kind.startswith(f"{each}.") for each in asked)
