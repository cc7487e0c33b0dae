"""The life of a worker: says hello once torch is there, waits for its one job, runs it, reports, ends."""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import importlib
import os
import platform
import re
import sys
from typing import Any

from .channel import Channel
from .protocol import CANCELLED, END, HELLO, LIMIT, OLDEST_TORCH, PARAMETERS, PROTOCOL, UNUSABLE

_MOST_EVENTS = 200_000
_LATER = 1.0


def main(arguments: list[str]) -> None:
    """Called by `start.py` with the address of the launcher."""
    token = sys.stdin.readline().strip() if arguments[0].startswith("port:") else ""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    channel = Channel.open(arguments[0], token)
    if not _torch_is_there(channel):
        return
    if "--standby" in arguments:
        # The first optimizer of a program imports this, which takes longer than many a program.
        with contextlib.suppress(Exception):
            importlib.import_module("torch._dynamo")
    importlib.import_module(f"{__package__}.recorder")
    # PyTorch's million objects are nothing that a program's garbage collection has to walk through.
    gc.freeze()
    torch = sys.modules["torch"]
    hello = {"protocol": PROTOCOL, "python": platform.python_version(), "torch": str(torch.__version__)}
    channel.send(HELLO, hello, now=True)
    job = channel.receive()
    if job is not None:
        _run(channel, job)
        # All that a program can notice of its end is done; taking PyTorch apart would take a second.
        os._exit(0)


def _torch_is_there(channel: Channel) -> bool:
    try:
        torch: Any = importlib.import_module("torch")
        version = str(torch.__version__)
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name == "torch"
        channel.send(UNUSABLE, {"why": "missing" if missing else "broken", "error": str(error)}, now=True)
        return False
    except Exception as error:
        channel.send(UNUSABLE, {"why": "broken", "error": f"{type(error).__name__}: {error}"}, now=True)
        return False
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if numbers < OLDEST_TORCH:
        channel.send(UNUSABLE, {"why": "old", "torch": version}, now=True)
        return False
    return True


def _run(channel: Channel, job: dict[str, Any]) -> None:
    from .guard import Guard
    from .places import Places
    from .program import Program
    from .recorder import Recorder
    from .reporter import Reporter
    from .warned import Warned

    program = Program(job)
    program.prepare()
    places = Places(channel, program.file, job["roots"])
    reporter = Reporter(channel, places, _MOST_EVENTS)
    recorder = Recorder(reporter, job["steps"])
    guard = Guard(channel, places, reporter, job["memory"])
    warned = Warned()
    exit_now = os._exit

    def flush_and_exit(status: int) -> None:
        channel.flush()
        exit_now(status)

    if job["seconds"] is not None and os.name == "posix":
        # Where Python cannot answer (one long call that holds the interpreter), this still tells the line.
        faulthandler.dump_traceback_later(job["seconds"] + _LATER, file=channel.fileno())
    os._exit = flush_and_exit  # type: ignore[assignment]
    warned.install()
    guard.start()
    try:
        with recorder:
            ending = program.run(places)
        program.wait_for_threads()
    finally:
        guard.finish()
        reporter.settle()
        reporter.recording = False
        recorder.undo()
        warned.undo()
        os._exit = exit_now
        faulthandler.cancel_dump_traceback_later()
    if ending["status"] == LIMIT:
        ending["why"] = reporter.stopped_by
        if reporter.stopped_by == CANCELLED:
            ending["status"] = CANCELLED
    with contextlib.suppress(Exception):
        channel.send(PARAMETERS, {"rows": recorder.parameters.rows()})
    program.leave()
    channel.send(END, ending, now=True)
