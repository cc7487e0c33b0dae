"""The server: one conversation with one editor, from its session to the threads that work for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from gradsight import __version__
from gradsight.lsp.analyst import Analyst
from gradsight.lsp.board import Board, depends_on
from gradsight.lsp.probe_runner import ProbeRunner
from gradsight.lsp.programs import Program, Ran, Read, Snapshot
from gradsight.lsp.schedule import LatestOnly
from gradsight.lsp.session import Client, Session
from gradsight.lsp.uris import path_of
from gradsight.settings import SECTION, Settings, from_editor
from gradsight.text import Encoding

logger = logging.getLogger(__name__)

NOTEBOOKS = types.NotebookDocumentSyncOptions(
    notebook_selector=[
        types.NotebookDocumentFilterWithNotebook(notebook="*", cells=[types.NotebookCellLanguage(language="python")]),
    ]
)
_PAUSE_S = 0.3
"""How long nobody types in a file before the programs that import it are read again."""
_PATIENCE_S = 10.0
"""How long a question waits for the analysis of the text that it is about."""


class Server(LanguageServer):
    """The language server. All of its methods run on the event loop."""

    def __init__(self) -> None:
        super().__init__(
            "gradsight",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
            notebook_document_sync=NOTEBOOKS,
        )
        self.session = Session()
        self.probes = ProbeRunner(self)
        self._analyst = Analyst(self.session.projects)
        self._background = LatestOnly("analysis")
        self.board = Board(self.session)
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self, params: types.InitializeParams) -> None:
        """The editor has said who it is."""
        self._loop = asyncio.get_running_loop()
        session = self.session
        session.client = Client.of(params.capabilities)
        encoding = self.workspace.position_encoding
        session.encoding = Encoding(str(getattr(encoding, "value", encoding)))
        roots = [folder.uri for folder in params.workspace_folders or ()] or [params.root_uri or ""]
        session.folders = [path_of(uri) for uri in roots if uri]
        options = params.initialization_options
        if isinstance(options, dict):
            session.trusted = options.get("trusted") is not False
            session.interpreter = str(options.get("interpreter") or "")
            if isinstance(settings := options.get("settings"), dict):
                self.configure(settings.get(SECTION, settings))

    async def stop(self) -> None:
        """The editor says goodbye: whoever still waits for an answer gets one first."""
        for program in self.session.programs.values():
            program.settled.set()
        await self.probes.stop()
        # One turn of the loop for the answers: the library cannot cancel what is being answered.
        await asyncio.sleep(0)

    def end(self) -> None:
        """Nothing is to be left running."""
        self.probes.close()
        self._background.close()

    # Settings

    def configure(self, raw: object) -> None:
        """The editor says what its settings are."""
        settings, problems = from_editor(raw)
        self.complain(problems)
        if settings != self.session.settings:
            self.session.settings = settings
            self.refresh_all()

    async def ask_to_be_told(self) -> None:
        """Asks the editor to say when settings or a pyproject.toml change, if it likes to be asked."""
        client, wanted = self.session.client, []
        if client.registers_configuration:
            options = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
            wanted.append(types.Registration("settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION, options))
        if client.registers_watchers:
            watchers = types.DidChangeWatchedFilesRegistrationOptions(
                [types.FileSystemWatcher("**/pyproject.toml"), types.FileSystemWatcher("**/*.py")]
            )
            wanted.append(types.Registration("projects", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, watchers))
        if wanted:
            try:
                await self.client_register_capability_async(types.RegistrationParams(wanted))
            except Exception as error:
                logger.warning("the editor does not tell of changes: %s", error)

    async def ask_for_settings(self) -> None:
        """Asks the editor for its settings, if it can be asked."""
        if not self.session.client.configuration:
            return
        item = types.ConfigurationItem(section=SECTION)
        try:
            answer = await self.workspace_configuration_async(types.ConfigurationParams([item]))
        except Exception as error:
            logger.warning("the editor did not say its settings: %s", error)
            return
        if isinstance(answer, Sequence) and answer and answer[0] is not None:
            self.configure(answer[0])

    def complain(self, problems: Sequence[str]) -> None:
        """Tells the user what is wrong with settings, each thing once."""
        for problem in problems:
            if problem not in self.session.complaints:
                self.session.complaints.add(problem)
                self.say(types.MessageType.Warning, f"Gradsight: {problem}")

    def say(self, kind: types.MessageType, message: str) -> None:
        """Shows one line to the user."""
        self.window_show_message(types.ShowMessageParams(kind, " ".join(message.split())))

    # Analysis

    def settings_of(self, program: Program) -> Settings:
        """The settings that hold for a program."""
        return program.read.settings if program.read is not None else self.session.settings

    def refresh(self, program: Program | None) -> None:
        """Has a program read again, on the worker thread; what was found before stays on show until then."""
        if program is None:
            return
        program.settled.clear()
        snapshot, settings = program.snapshot(self.session.around()), self.session.settings
        folders = list(self.session.folders)
        self._background.submit(program.uri, lambda: self._read(snapshot, settings, folders))

    def refresh_importers(self, path: str) -> None:
        """Has the programs that lead into a file read again, as soon as nobody has typed in it for a moment."""
        assert self._loop is not None
        for program in self.session.programs.values():
            if program.path == path or not depends_on(program.read, path):
                continue
            if (earlier := self._waiting.pop(program.uri, None)) is not None:
                earlier.cancel()
            self._waiting[program.uri] = self._loop.call_later(_PAUSE_S, self._refresh_later, program.uri)

    def _refresh_later(self, uri: str) -> None:
        self._waiting.pop(uri, None)
        if (program := self.session.programs.get(uri)) is not None:
            self.session.touch(program)
            self.refresh(program)

    def files_changed(self, changes: Sequence[types.FileEvent]) -> None:
        """Files of the workspace have changed on the disk."""
        paths = {path_of(change.uri) for change in changes if path_of(change.uri).endswith(".py")}
        if len(paths) < len(changes):  # a pyproject.toml is among them
            self.refresh_all()
        if any(change.type is not types.FileChangeType.Changed for change in changes):
            self._analyst.files_changed = True
            self.refresh_all()
            return
        for path in paths:
            if self.session.at(path) is None:  # what is open counts as it is there
                self.refresh_importers(path)

    def refresh_all(self) -> None:
        """Has every program read again: settings have changed."""
        for program in self.session.programs.values():
            self.session.touch(program)
            self.refresh(program)

    def forget(self, program: Program | None) -> None:
        """The editor has closed a program: its diagnostics go."""
        if program is None:
            return
        self._background.submit(program.uri, lambda: self._analyst.forget(program.uri))
        program.settled.set()
        self._tell(self.board.forget(program))

    async def settled(self, program: Program) -> Read | None:
        """What reading the program as it is now shows, once that is known."""
        try:
            await asyncio.wait_for(program.settled.wait(), _PATIENCE_S)
        except asyncio.TimeoutError:
            return None
        return program.read

    def show_run(self, program: Program, ran: Ran | None) -> None:
        """Shows what running a program said, in place of what an earlier run did."""
        program.ran = ran
        if program.read is not None and program.settled.is_set():
            self._publish(program, program.read)

    def _read(self, snapshot: Snapshot, settings: Settings, folders: list[str]) -> None:
        """On the worker thread."""
        read = self._analyst.read(snapshot, settings, folders)
        assert self._loop is not None
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, read)

    def _take(self, read: Read) -> None:
        program = self.session.programs.get(read.snapshot.uri)
        if program is None or program.revision != read.snapshot.revision:
            return  # The text has moved on, and its own analysis is on the way.
        program.read = read
        program.settled.set()
        self.complain(read.problems)
        self._publish(program, read)

    def _publish(self, program: Program, read: Read) -> None:
        if program.ran is not None:
            program.ran = program.ran.moved_to(program.path, read.analysis.document.text)
        self._tell(self.board.tell(program))

    def _tell(self, news: Iterable[types.PublishDiagnosticsParams]) -> None:
        for params in news:
            self.text_document_publish_diagnostics(params)
