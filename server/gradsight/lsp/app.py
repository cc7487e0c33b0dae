"""Which message of the protocol is answered by what."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from typing import Any

from lsprotocol import types

from gradsight.lsp import actions, lenses
from gradsight.lsp.board import visitors
from gradsight.lsp.guard import guarded
from gradsight.lsp.hover import hover
from gradsight.lsp.programs import OpenText
from gradsight.lsp.server import Server
from gradsight.settings import SECTION

_OWN_SYNC = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
)


def serve() -> int:
    """Serves one editor on standard input and output until it says goodbye or goes away."""
    # Whatever prints by mistake must not end up between the messages.
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    # A keystroke must not wait for an analysis that is under way on the other thread.
    sys.setswitchinterval(0.001)
    # The library warns of things that editors do all the time, and editors show what it writes.
    logging.getLogger("pygls").setLevel(logging.ERROR)
    server = build_server()
    try:
        server.start_io(stdout=output)
    finally:
        server.end()
    return 0


def build_server() -> Server:
    """A server that answers everything and has not met its editor."""
    server = Server()
    for name in _OWN_SYNC:
        # The session keeps the texts; a second copy by the library would cost time at each keystroke.
        del server.protocol.fm.builtin_features[name]
    for feature, handler in _HANDLERS.items():
        server.feature(feature, _OPTIONS.get(feature))(handler)
    server.command(lenses.PROBE_FILE)(probe_file)
    server.command(lenses.PROBE_CELL)(probe_cell)
    return server


def initialize(ls: Server, params: types.InitializeParams) -> None:
    """The editor introduces itself."""
    ls.begin(params)


async def initialized(ls: Server, params: types.InitializedParams) -> None:
    """The editor is ready for questions."""
    await ls.ask_for_settings()
    await ls.ask_to_be_told()


async def shutdown(ls: Server, params: Any) -> None:
    """The editor says goodbye."""
    await ls.stop()


@guarded
def did_open(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
    """A file is shown."""
    program = ls.session.open_file(params.text_document)
    ls.refresh_importers(program.path)  # what is shown may be newer than the file
    ls.refresh(program)


@guarded
def did_change(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
    """Somebody types."""
    program = ls.session.change(params)
    if program is not None and program.cells is None:
        ls.refresh_importers(program.path)
    ls.refresh(program)


@guarded
def did_save(ls: Server, params: types.DidSaveTextDocumentParams) -> None:
    """A file is on disk; nothing of what is known depends on that."""


@guarded
def did_close(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
    """A file is not shown any more."""
    program = ls.session.close(params.text_document.uri)
    ls.forget(program)
    if program is not None:
        ls.refresh_importers(program.path)  # from now on the file on the disk counts


@guarded
def did_open_notebook(ls: Server, params: types.DidOpenNotebookDocumentParams) -> None:
    """A notebook is shown."""
    ls.refresh(ls.session.open_notebook(params))


@guarded
def did_change_notebook(ls: Server, params: types.DidChangeNotebookDocumentParams) -> None:
    """Somebody types in a cell, or moves cells."""
    ls.refresh(ls.session.change_notebook(params))


@guarded
def did_close_notebook(ls: Server, params: types.DidCloseNotebookDocumentParams) -> None:
    """A notebook is not shown any more."""
    ls.forget(ls.session.close(params.notebook_document.uri))


async def did_change_configuration(ls: Server, params: types.DidChangeConfigurationParams) -> None:
    """Settings were changed: some editors say how, others want to be asked."""
    if isinstance(params.settings, dict) and SECTION in params.settings:
        ls.configure(params.settings[SECTION])
    else:
        await ls.ask_for_settings()


@guarded
def did_change_watched_files(ls: Server, params: types.DidChangeWatchedFilesParams) -> None:
    """A pyproject.toml or a module was changed."""
    ls.files_changed(params.changes)


@guarded
async def code_action(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    """The light bulb."""
    program = ls.session.program(params.text_document.uri)
    read = await ls.settled(program) if program else None
    if program is None or read is None:
        return None
    session = ls.session
    opened = OpenText(program.uri, read.snapshot.version, read.snapshot.text)
    more = visitors(session, program.path, read.analysis.document, opened) if program.cells is None else ()
    return actions.Actions(read, program.ran, session.encoding, session.client.document_changes, more).answer(params)


@guarded
async def text_hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
    """The mouse rests on something."""
    uri = params.text_document.uri
    program = ls.session.program(uri)
    read = await ls.settled(program) if program else None
    if program is None or read is None:
        return None
    return hover(read, program.ran, uri, params.position, ls.session.encoding)


@guarded
async def code_lens(ls: Server, params: types.CodeLensParams) -> list[types.CodeLens] | None:
    """The lines above files and cells."""
    program = ls.session.program(params.text_document.uri)
    read = await ls.settled(program) if program else None
    if read is None or not ls.session.trusted or not read.settings.code_lens:
        return None
    found = lenses.lenses(read, params.text_document.uri)
    if found:
        ls.probes.warm_up(read.settings)
    return found


async def probe_file(ls: Server, *arguments: Any) -> dict[str, Any]:
    """Runs a whole file or notebook: `[uri]`."""
    return await ls.probes.run(arguments[0] if arguments else None, None)


async def probe_cell(ls: Server, *arguments: Any) -> dict[str, Any]:
    """Runs a cell after the cells before it: `[uri, number among all cells]`."""
    return await ls.probes.run(*(*arguments, None, None)[:2])


_HANDLERS: dict[str, Callable[..., Any]] = {
    types.INITIALIZE: initialize,
    types.INITIALIZED: initialized,
    types.SHUTDOWN: shutdown,
    types.TEXT_DOCUMENT_DID_OPEN: did_open,
    types.TEXT_DOCUMENT_DID_CHANGE: did_change,
    types.TEXT_DOCUMENT_DID_SAVE: did_save,
    types.TEXT_DOCUMENT_DID_CLOSE: did_close,
    types.NOTEBOOK_DOCUMENT_DID_OPEN: did_open_notebook,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE: did_change_notebook,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE: did_close_notebook,
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: did_change_configuration,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: did_change_watched_files,
    types.TEXT_DOCUMENT_CODE_ACTION: code_action,
    types.TEXT_DOCUMENT_HOVER: text_hover,
    types.TEXT_DOCUMENT_CODE_LENS: code_lens,
}
_OPTIONS: dict[str, Any] = {
    types.TEXT_DOCUMENT_CODE_ACTION: types.CodeActionOptions(code_action_kinds=list(actions.KINDS)),
}
