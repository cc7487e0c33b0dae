"""The commands that run a program: progress with a way to cancel, what it prints, and what it showed."""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import sys
import uuid
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from gradsight.analyse import Analysis, analyse
from gradsight.finding import Severity
from gradsight.lsp.programs import Program, Ran, Read
from gradsight.settings import Settings
from gradsight.text import Place

if TYPE_CHECKING:
    from gradsight.lsp.server import Server
    from gradsight.probe.launcher import Probe, ProbeResult

OUTPUT = "gradsight/output"
"""The notification that carries what a program prints: `{"text": ...}`."""
_GRACE_S = 6.0
"""How long the end of the server waits for programs to be ended."""


class ProbeRunner:
    """Runs one program at a time for each text, on the event loop; the waiting happens on threads."""

    def __init__(self, server: Server) -> None:
        from gradsight.probe.standby import Standby

        self._server = server
        self._standby = Standby()
        self._warm_for: str | None = None
        self._running: dict[str, Probe] = {}
        self._commands: set[asyncio.Future[dict[str, Any]]] = set()

    def warm_up(self, settings: Settings) -> None:
        """Has a worker ready, because the user may soon want it: it imports PyTorch and runs nothing."""
        python = self._python(settings)
        if self._server.session.trusted and self._warm_for != python:
            self._warm_for = python
            asyncio.get_running_loop().run_in_executor(None, self._standby.prepare, python)

    async def stop(self) -> None:
        """Ends every program that runs, and lets each command give its answer."""
        for probe in self._running.values():
            probe.cancel()
        if self._commands:
            await asyncio.wait(self._commands, timeout=_GRACE_S)

    def close(self) -> None:
        """Ends what is left, at the latest when the editor is gone: programs, and the worker that waits."""
        futures = [probe.future for probe in self._running.values()]
        for probe in self._running.values():
            probe.cancel()
        concurrent.futures.wait(futures, timeout=_GRACE_S)
        self._standby.close()

    async def run(self, uri: object, cell: object) -> dict[str, Any]:
        """Runs the program that the editor calls `uri`, up to a cell or whole, and shows what it did."""
        if not self._server.session.trusted:
            return self._refuse("the workspace is not trusted, so none of its programs is run")
        program = self._server.session.program(uri) if isinstance(uri, str) else None
        if program is None:
            return self._refuse("there is no open file to run")
        if cell is not None and not isinstance(cell, int):
            return self._refuse("the number of the cell is no number")
        read = await self._server.settled(program)
        if read is None:
            return self._refuse("the file is still being read; try again")
        if (earlier := self._running.get(program.uri)) is not None:
            earlier.cancel()
        command = asyncio.ensure_future(self._run(program, read, cell))
        self._commands.add(command)
        command.add_done_callback(self._commands.discard)
        return await command

    async def _run(self, program: Program, read: Read, cell: int | None) -> dict[str, Any]:
        from gradsight.probe.launcher import Probe, ProbeFailed, ProbeOptions

        server, loop = self._server, asyncio.get_running_loop()
        document, settings = read.analysis.document, read.settings
        options = ProbeOptions(
            python=self._python(settings),
            cell=cell,
            folder=self._folder(Path(document.path), document.is_notebook),
            seconds=settings.probe_time_limit,
            steps=settings.probe_steps_limit,
        )

        def pass_on(text: str) -> None:
            loop.call_soon_threadsafe(server.protocol.notify, OUTPUT, {"text": text})

        probe = Probe(document, options, pass_on, self._standby)
        self._running[program.uri] = probe
        name = Path(document.path).name
        progress = await self._begin(f"Gradient probe of {name}", probe)
        result: ProbeResult | None
        message = None
        try:
            probe.start()
            result = await asyncio.wrap_future(probe.future)
        except ProbeFailed as failed:
            result, message = failed.result, failed.message
        finally:
            if self._running.get(program.uri) is probe:
                del self._running[program.uri]
            self._end(progress)
        analysis = None
        if result is not None:
            look = partial(analyse, document, select=settings.selection(read.root))
            look = partial(look, observed=result.trace, documents=result.documents)
            analysis = await loop.run_in_executor(None, look)
            server.show_run(program, _ran(analysis, result))
        return self._tell(name, analysis, result, message)

    def _tell(
        self, name: str, analysis: Analysis | None, result: ProbeResult | None, failure: str | None
    ) -> dict[str, Any]:
        """Says in one line how it went, and gives the editor the same as data."""
        if failure is not None:
            kind = types.MessageType.Info if "cancelled" in failure else types.MessageType.Error
            self._server.say(kind, f"Gradsight: {failure}")
        if analysis is None or result is None:
            return {"status": "failed", "message": failure, "findings": 0, "parameters": []}
        line = f"Gradient probe of {name}: {in_one_line(analysis, result)}"
        self._server.window_log_message(types.LogMessageParams(types.MessageType.Info, line))
        if failure is None:
            self._server.say(types.MessageType.Info, line)
        return {
            "status": result.status,
            "message": failure or result.message,
            "findings": len(analysis.findings),
            "parameters": [dict(row) for row in result.parameters],
        }

    def _refuse(self, why: str) -> dict[str, Any]:
        self._server.say(types.MessageType.Error, f"Gradsight: {why}.")
        return {"status": "refused", "message": why, "findings": 0, "parameters": []}

    def _python(self, settings: Settings) -> str:
        """The interpreter for a program: the user's setting, else what the editor chose, else the server's own."""
        chosen = settings.interpreter or self._server.session.interpreter
        return os.path.expanduser(chosen) or sys.executable  # noqa: PTH111 - a bare command name must stay one

    def _folder(self, file: Path, is_notebook: bool) -> Path:
        """Where a program runs: as editors do it, a file in its workspace folder and a notebook beside itself."""
        around = [Path(folder) for folder in self._server.session.folders if file.is_relative_to(folder)]
        choice = max(around, key=lambda folder: len(folder.parts)) if around and not is_notebook else file.parent
        return choice if choice.is_dir() else Path.cwd()

    async def _begin(self, title: str, probe: Probe) -> str | None:
        """Shows progress, if the editor does; its Cancel button ends the program."""
        if not self._server.session.client.progress:
            return None
        token, progress = str(uuid.uuid4()), self._server.work_done_progress
        try:
            await progress.create_async(token)
        except Exception:
            return None  # An editor that cannot show it after all.
        progress.tokens[token].add_done_callback(lambda future: probe.cancel() if future.cancelled() else None)
        progress.begin(token, types.WorkDoneProgressBegin(title, cancellable=True, message="running"))
        return token

    def _end(self, token: str | None) -> None:
        if token is not None:
            progress = self._server.work_done_progress
            progress.end(token, types.WorkDoneProgressEnd())
            progress.tokens.pop(token, None)


def _ran(analysis: Analysis, result: ProbeResult) -> Ran:
    failure: tuple[Place, str] | None = None
    error, document = result.error, analysis.document
    if error is not None and error.site is not None and error.site.path == document.path:
        failure = (document.locate(error.site), f"{error.type}: {error.message}")
    return Ran(analysis, document.text, analysis.findings, failure)


def in_one_line(analysis: Analysis, result: ProbeResult) -> str:
    """What a run showed, for a message."""
    loud = [finding for finding in analysis.findings if finding.severity is not Severity.HINT]
    parts = [f"{len(loud)} finding{'' if len(loud) == 1 else 's'}" if loud else "nothing found"]
    if result.parameters:
        parts.append(_gradients(result.parameters))
    if result.error is not None:
        parts.append(f"it raised {result.error.type}")
    parts.append(f"{result.elapsed_s:.1f} s")
    line = "; ".join(parts)
    return f"{line}. {result.message}" if result.message else f"{line}."


def _gradients(rows: Sequence[Mapping[str, Any]]) -> str:
    trained = [row for row in rows if row.get("status") != "frozen"]
    fine = sum(row.get("status") == "ok" for row in trained)
    return f"{fine} of {len(trained)} trained parameters got a gradient"
