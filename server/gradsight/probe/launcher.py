"""Runs a document's program under the probe, and gives what was seen: blocking, on a thread, or awaited.

    result = run_probe(document, ProbeOptions(python="python3"), on_output=print)     # blocks

    probe = Probe(document, options, on_output).start()                               # does not
    result = await asyncio.wrap_future(probe.future)
    probe.cancel()

Where nothing can be told, `ProbeFailed` is raised, whose message is one line for people.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from gradsight.autograd.events import ProgramError, Trace
from gradsight.document import Document
from gradsight.probe import errors
from gradsight.probe.errors import ProbeFailed
from gradsight.probe.output import CappedOutput
from gradsight.probe.process import Message, Worker
from gradsight.probe.standby import Standby
from gradsight.probe.story import Story
from gradsight.probe.worker import protocol

_START_SECONDS = 120.0
_STOP_SECONDS = 3.0
_EXIT_SECONDS = 10.0
_SHARE_OF_MEMORY = 0.9

__all__ = ["Probe", "ProbeFailed", "ProbeOptions", "ProbeResult", "run_probe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeOptions:
    """What to run, in which Python, and for how long."""

    python: str | None = None
    """The interpreter; None: the one that runs this."""
    cell: int | None = None
    """Run the cells up to this one (1-based among all cells of the file); None: everything."""
    arguments: tuple[str, ...] = ()
    """What the program finds behind its own name in `sys.argv`."""
    folder: Path | None = None
    """The working directory; None: the folder of the file, or the present one where there is no file."""
    roots: tuple[Path, ...] = ()
    """Folders whose files count as the user's own besides the program; none: the working directory and its own."""
    seconds: float | None = 60.0
    """Stop after this time; None: never."""
    steps: int | None = 100
    """Stop after this many optimizer steps; None or 0: never."""
    memory: int | None = None
    """Stop when the process holds more bytes than this; None: most of what the machine has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """What a run showed."""

    status: str
    """`done`; `error`: the program raised; `exit`: it ended itself with a status; `limit`: it was stopped early."""
    trace: Trace
    documents: Mapping[str, Document]
    """Every document that the trace points into, by path."""
    output: str
    """What the program printed, up to a limit."""
    error: ProgramError | None
    parameters: tuple[Mapping[str, Any], ...]
    """Per parameter: `name`, `status` (`ok`, `none`, `zero`, `nan`, `frozen`, `unused`, `no optimizer`,
    `unchanged`), `shape`, `largest_gradient`."""
    elapsed_s: float
    """From the start of the program to its end, without the start of Python and PyTorch."""
    message: str | None
    """One line for people where there is more to say than the findings do."""
    python: str = ""
    """Which Python and PyTorch it was."""
    stopped_by: str | None = None
    """Which limit ended it early: `steps`, `time` or `events`."""


class Probe:
    """One run. `start` returns at once; `future` holds the `ProbeResult`, or the `ProbeFailed`, in the end."""

    def __init__(
        self,
        document: Document,
        options: ProbeOptions | None = None,
        on_output: Callable[[str], None] | None = None,
        standby: Standby | None = None,
    ) -> None:
        """`on_output` hears what the program prints, on another thread; `standby` lends a worker that is warm."""
        self._document = document
        self._options = options or ProbeOptions()
        self._output = CappedOutput(on_output)
        self._standby = standby
        self._python = self._options.python or sys.executable
        self._file, self._is_real = file_of(document.path)
        self._worker: Worker | None = None
        self._cancelled = threading.Event()
        self._lock = threading.Lock()
        self.future: Future[ProbeResult] = Future()

    def start(self) -> Probe:
        """Begins, on a thread of its own."""
        threading.Thread(target=self._run, name="probe", daemon=True).start()
        return self

    def cancel(self) -> None:
        """Ends the run as soon as possible; the future then holds a `ProbeFailed` that says so."""
        self._cancelled.set()
        with self._lock:
            if self._worker is not None:
                self._worker.messages.put({"say": "cancel"})

    def result(self, timeout: float | None = None) -> ProbeResult:
        """Waits for the result. Raises ProbeFailed."""
        return self.future.result(timeout)

    def _run(self) -> None:
        try:
            result = self._watched()
        except BaseException as error:
            self.future.set_exception(error)
        else:
            self.future.set_result(result)

    def _watched(self) -> ProbeResult:
        worker = self._standby.take(self._python) if self._standby is not None else Worker(self._python)
        with self._lock:
            self._worker = worker
        try:
            hello = self._hello(worker)
            worker.print_to(self._output.add)
            started = time.monotonic()
            worker.send(self._job())
            messages, ending = self._listen(worker, started)
            elapsed = time.monotonic() - started
            code = worker.wait(_EXIT_SECONDS) if ending is not None and not ending.get("forced") else worker.wait(1.0)
        finally:
            worker.end()
            if self._standby is not None:
                self._standby.prepare(self._python)
        return self._judged(worker, hello, messages, ending, code, elapsed)

    # --- talking with the worker ---------------------------------------------------------------

    def _hello(self, worker: Worker) -> Message:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            if self._cancelled.is_set():
                raise ProbeFailed("The probe was cancelled.")
            try:
                message = worker.messages.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                raise errors.did_not_start(self._python, worker.early_output) from None
            say = message.get("say")
            if say == protocol.HELLO:
                if message.get("protocol") != protocol.PROTOCOL:
                    raise errors.did_not_start(self._python, "another version of the worker answered")
                return message
            if say == protocol.UNUSABLE:
                raise errors.unusable(self._python, message.get("why"), message.get("torch"), message.get("error"))
            if say == "gone":
                worker.wait(2.0)
                worker.end()  # so that all it printed has arrived
                raise errors.did_not_start(self._python, worker.early_output)

    def _job(self) -> Message:
        options = self._options
        folder = options.folder or (Path(self._file).parent if self._is_real else Path.cwd())
        roots = options.roots or (folder, Path(self._file).parent if self._is_real else folder)
        return {
            "do": protocol.JOB,
            "file": self._file,
            "is_file": self._is_real and not self._document.is_notebook,
            "is_notebook": self._document.is_notebook,
            "text": text_to_run(self._document, options.cell),
            "arguments": list(options.arguments),
            "folder": str(folder),
            "roots": [str(root) for root in roots],
            "steps": options.steps or None,
            "seconds": options.seconds,
            "memory": options.memory or _most_memory(),
        }

    def _listen(self, worker: Worker, started: float) -> tuple[list[Message], Message | None]:
        """Everything until the last message, which comes apart; None if the worker went without one."""
        messages: list[Message] = []
        deadline = started + self._options.seconds if self._options.seconds is not None else None
        stopping = False
        while True:
            if self._cancelled.is_set() and not stopping:
                stopping, deadline = True, time.monotonic() + _STOP_SECONDS
                worker.send({"do": protocol.STOP, "why": protocol.CANCELLED})
            try:
                timeout = None if deadline is None else max(0.0, deadline - time.monotonic())
                message = worker.messages.get(timeout=timeout)
            except Empty:
                if stopping:
                    why = protocol.CANCELLED if self._cancelled.is_set() else protocol.BY_TIME
                    return messages, {"status": protocol.LIMIT, "why": why, "forced": True}
                stopping, deadline = True, time.monotonic() + _STOP_SECONDS
                worker.send({"do": protocol.STOP, "why": protocol.BY_TIME})
                continue
            say = message.get("say")
            if say == protocol.END:
                worker.note_family()
                return messages, message
            if say == "gone":
                return messages, None
            messages.append(message)

    # --- what it means ---------------------------------------------------------------------------

    def _judged(
        self,
        worker: Worker,
        hello: Message,
        messages: list[Message],
        ending: Message | None,
        code: int | None,
        elapsed: float,
    ) -> ProbeResult:
        status = str(ending["status"]) if ending is not None else protocol.EXIT
        complete = status in (protocol.DONE, protocol.ERROR)
        story = Story(self._document, self._file)
        trace = story.tell(messages, (ending or {}).get("error"), complete)
        rows: list[Mapping[str, Any]] = []
        where: tuple[str, int] | None = None
        for message in messages:
            if message["say"] == protocol.PARAMETERS:
                rows = message["rows"]
            elif message["say"] == protocol.WHERE:
                where = message["path"], message["line"]
        if where is None:
            where = next((line for line in worker.crash_lines if line[0] == self._file), None)
        result = ProbeResult(
            status=status,
            trace=trace,
            documents=story.documents,
            output=self._output.text,
            error=trace.error,
            parameters=tuple(rows),
            elapsed_s=elapsed,
            message=self._message(status, ending, code, where),
            python=f"Python {hello['python']}, PyTorch {hello['torch']}",
            stopped_by=(ending or {}).get("why"),
        )
        why = (ending or {}).get("why")
        if status == protocol.CANCELLED or why == protocol.CANCELLED or self._cancelled.is_set():
            raise ProbeFailed("The probe was cancelled.", result)
        if status == protocol.MEMORY or (ending is None and code is not None and code < 0):
            raise ProbeFailed(result.message or "", result)
        return result

    def _message(
        self, status: str, ending: Message | None, code: int | None, where: tuple[str, int] | None
    ) -> str | None:
        place = f" It was at {self._say_line(*where)}." if where is not None else ""
        if ending is None:
            return errors.ended_by(code if code is not None else 0)
        if status == protocol.MEMORY:
            most = (self._options.memory or _most_memory() or 0) / 2**30
            return f"Your program was stopped because it held more than {most:.1f} GB of memory.{place}"
        if status == protocol.EXIT:
            return f"Your program ended with exit status {ending.get('code')}."
        if status != protocol.LIMIT:
            return None
        why = ending.get("why")
        if why == protocol.BY_STEPS:
            return f"Stopped after {self._options.steps} optimizer steps; the rest was not run."
        if why == protocol.BY_TIME:
            return f"Stopped after {self._options.seconds:g} s, its time limit.{place}"
        return "Stopped because enough was seen: the program goes through very many operations."

    def _say_line(self, path: str, line: int) -> str:
        if path != self._file:
            return f"line {line} of {Path(path).name}"
        cell = self._document.cell_of(line - 1) if self._document.is_notebook else None
        if cell is not None:
            return f"line {line - cell.first_line} of cell {cell.index}"
        return f"line {line}: `{self._document.lines.line(line - 1).strip()[:80]}`"


def run_probe(
    document: Document,
    options: ProbeOptions | None = None,
    on_output: Callable[[str], None] | None = None,
    standby: Standby | None = None,
) -> ProbeResult:
    """Runs the program and waits for it. Raises ProbeFailed; an interrupt from the keyboard cancels the run."""
    probe = Probe(document, options, on_output, standby).start()
    try:
        return probe.result()
    except KeyboardInterrupt:
        probe.cancel()
        with contextlib.suppress(ProbeFailed):
            probe.result()
        raise


def file_of(path: str) -> tuple[str, bool]:
    """What the program is called to Python, and whether that is a file: a document may be called by a URI."""
    parts = urlsplit(path)
    if parts.scheme == "file":
        host = f"//{parts.netloc}" if parts.netloc else ""
        return str(Path(url2pathname(host + unquote(parts.path))).absolute()), True
    if len(parts.scheme) > 1:  # one letter is a drive
        return f"<{path}>", False
    return str(Path(path).absolute()), True


def text_to_run(document: Document, cell: int | None) -> str:
    """The program: all of it, or the cells up to one. What is left out leaves its lines empty."""
    if cell is None or not document.cells:
        return document.code
    if all(each.index != cell for each in document.cells):
        raise ProbeFailed(f"There is no cell {cell} with code in {Path(document.path).name}.")
    keep: set[int] = set()
    for each in document.cells:
        if each.index <= cell and each.is_code:
            keep.update(range(each.first_line, each.end_line))
    lines = document.code.split("\n")
    return "\n".join(line if number in keep else "" for number, line in enumerate(lines))


def _most_memory() -> int | None:
    """Most of the memory that this machine, or the container that this runs in, has."""
    sizes: list[int] = []
    with contextlib.suppress(AttributeError, OSError, ValueError):
        sizes.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    with contextlib.suppress(OSError, ValueError):
        sizes.append(int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return int(min(sizes) * _SHARE_OF_MEMORY) if sizes else None
