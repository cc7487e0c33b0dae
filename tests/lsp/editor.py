"""A small editor: it keeps texts, tells the server of changes, and waits for what the server says of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from lsprotocol import types
from pytest_lsp import LanguageClient

PATIENCE_S = 30.0
URI = "file:///work%20space/train.py"
WIDTHS: dict[str, Callable[[str], int]] = {
    "utf-8": lambda text: len(text.encode("utf-8")),
    "utf-16": lambda text: len(text.encode("utf-16-le")) // 2,
    "utf-32": len,
}


class Editor:
    """Speaks with one server."""

    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.published: list[types.PublishDiagnosticsParams] = []
        self.outputs: list[str] = []
        self.registered: list[types.RegistrationParams] = []
        self.messages: list[types.ShowMessageParams] = []
        self.progress: list[dict[str, Any]] = []
        self.encoding = "utf-16"
        self.news = asyncio.Event()
        self.result: types.InitializeResult | None = None
        handlers = client.protocol.fm.features
        handlers[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS] = self._note(self.published.append)
        handlers["gradsight/output"] = self._note(lambda params: self.outputs.append(params.text))
        handlers[types.CLIENT_REGISTER_CAPABILITY] = self._note(self.registered.append)
        handlers[types.WINDOW_SHOW_MESSAGE] = self._note(self.messages.append)
        handlers[types.PROGRESS] = self._note(
            lambda params: self.progress.append({"token": params.token, **dict(params.value)})
        )

    def _note(self, keep: Callable[[Any], None]) -> Callable[[Any], None]:
        def note(params: Any) -> None:
            keep(params)
            self.news.set()

        return note

    async def start(
        self,
        encodings: Sequence[str] = ("utf-16",),
        configuration: dict[str, Any] | None = None,
        registers: bool = False,
        **options: Any,
    ) -> types.InitializeResult:
        """Introduces the editor to the server."""
        capabilities = types.ClientCapabilities(
            general=types.GeneralClientCapabilities(position_encodings=list(encodings)),
            workspace=types.WorkspaceClientCapabilities(
                configuration=configuration is not None,
                workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
                did_change_configuration=types.DidChangeConfigurationClientCapabilities(registers),
                did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(registers),
            ),
            window=types.WindowClientCapabilities(work_done_progress=True),
            notebook_document=types.NotebookDocumentClientCapabilities(
                synchronization=types.NotebookDocumentSyncClientCapabilities()
            ),
            text_document=types.TextDocumentClientCapabilities(
                publish_diagnostics=types.PublishDiagnosticsClientCapabilities(
                    related_information=True, code_description_support=True, data_support=True, version_support=True
                ),
                code_action=types.CodeActionClientCapabilities(
                    code_action_literal_support=types.ClientCodeActionLiteralOptions(
                        types.ClientCodeActionKindOptions(value_set=["quickfix", "source.fixAll"])
                    )
                ),
            ),
        )
        if configuration is not None:
            self.client.set_configuration(configuration, section="gradsight")
        self.result = await self.client.initialize_session(
            types.InitializeParams(capabilities=capabilities, initialization_options={"trusted": True, **options})
        )
        encoding = self.result.capabilities.position_encoding
        self.encoding = str(getattr(encoding, "value", encoding))
        return self.result

    # What the user does

    def open(self, text: str, uri: str = URI) -> None:
        self.texts[uri], self.versions[uri] = text, 1
        item = types.TextDocumentItem(uri, types.LanguageKind.Python, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def edit(self, old: str, new: str, uri: str = URI) -> None:
        """Replaces the only occurrence of `old`, as one incremental change."""
        text = self.texts[uri]
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        start = text.index(old)
        span = types.Range(self.position(text, start), self.position(text, start + len(old)))
        self.change(span, new, text.replace(old, new), uri)

    def change(self, span: types.Range, new: str, text: str, uri: str = URI) -> None:
        self.texts[uri] = text
        self.versions[uri] += 1
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(uri=uri, version=self.versions[uri]),
                [types.TextDocumentContentChangePartial(range=span, text=new)],
            )
        )

    def close(self, uri: str = URI) -> None:
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))

    def apply(self, edit: types.WorkspaceEdit) -> None:
        """Carries out an edit, as an editor does: only if it was made for the text as it is."""
        assert edit.document_changes
        for change in edit.document_changes:
            assert isinstance(change, types.TextDocumentEdit)
            uri = change.text_document.uri
            assert change.text_document.version == self.versions[uri], "made for another version"
            text = self.texts[uri]
            spans = sorted(
                ((self.offset(text, e.range.start), self.offset(text, e.range.end), e.new_text) for e in change.edits),
                reverse=True,
            )
            for start, end, new in spans:
                text = text[:start] + new + text[end:]
            whole = types.Range(types.Position(0, 0), self.position(self.texts[uri], len(self.texts[uri])))
            self.change(whole, text, text, uri)

    # What the user sees

    async def until(self, condition: Callable[[], Any]) -> Any:
        """Waits for a message after which `condition` holds; returns what it says."""
        async with asyncio.timeout(PATIENCE_S) if hasattr(asyncio, "timeout") else _no_limit():
            while not (value := condition()):
                self.news.clear()
                await self.news.wait()
        return value

    async def diagnostics(self, uri: str = URI, version: int | None = None) -> list[types.Diagnostic]:
        """The diagnostics of a text in its present version."""
        wanted = self.versions[uri] if version is None else version
        params = await self.until(lambda: self.latest(uri, wanted))
        return list(params.diagnostics)

    def latest(self, uri: str, version: int | None = None) -> types.PublishDiagnosticsParams | None:
        said = [each for each in self.published if each.uri == uri]
        return said[-1] if said and version in (None, said[-1].version) else None

    async def shown(self, uri: str = URI) -> list[tuple[str | int | None, str]]:
        """(code, marked text) of each diagnostic from information level up."""
        text = self.texts[uri]
        return [
            (each.code, self.slice(text, each.range))
            for each in await self.diagnostics(uri)
            if each.severity is not types.DiagnosticSeverity.Hint
        ]

    async def actions(
        self, diagnostics: Sequence[types.Diagnostic], only: Sequence[str] | None = None, uri: str = URI
    ) -> list[types.CodeAction]:
        span = diagnostics[0].range if diagnostics else types.Range(types.Position(0, 0), types.Position(0, 0))
        context = types.CodeActionContext(list(diagnostics), only=list(only) if only else None)
        found = await self.client.text_document_code_action_async(
            types.CodeActionParams(types.TextDocumentIdentifier(uri), span, context)
        )
        return [each for each in found or [] if isinstance(each, types.CodeAction)]

    async def hover(self, needle: str, uri: str = URI) -> str | None:
        """The hover on the first character of the first occurrence of `needle`."""
        at = self.position(self.texts[uri], self.texts[uri].index(needle))
        found = await self.client.text_document_hover_async(
            types.HoverParams(types.TextDocumentIdentifier(uri), at)
        )
        assert found is None or isinstance(found.contents, types.MarkupContent)
        return found.contents.value if found else None  # type: ignore[union-attr]

    async def lenses(self, uri: str = URI) -> list[tuple[int, str, list[Any]]]:
        found = await self.client.text_document_code_lens_async(
            types.CodeLensParams(types.TextDocumentIdentifier(uri))
        )
        return [
            (lens.range.start.line, lens.command.command, list(lens.command.arguments or ()))
            for lens in found or []
            if lens.command
        ]

    async def run(self, command: str, *arguments: Any) -> Any:
        return await self.client.workspace_execute_command_async(
            types.ExecuteCommandParams(command, arguments=list(arguments))
        )

    # Positions, counted by other means than the server's

    def position(self, text: str, offset: int) -> types.Position:
        before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
        line = before.rpartition("\n")[2]
        return types.Position(before.count("\n"), WIDTHS[self.encoding](line))

    def offset(self, text: str, position: types.Position) -> int:
        for offset in range(len(text) + 1):
            if text[offset - 1 : offset + 1] != "\r\n" and self.position(text, offset) == position:
                return offset
        raise AssertionError(f"{position} is not in the text")

    def slice(self, text: str, span: types.Range) -> str:
        return text[self.offset(text, span.start) : self.offset(text, span.end)]


class _no_limit:
    """Python 3.10 has no `asyncio.timeout`; there the test runner's own limit has to do."""

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, *_: object) -> None:
        return None
