"""Running many programs under the probe, quickly.

Where the system can fork, each program runs in a fork of this process, in which PyTorch is imported already; what it
reports is told as a trace by the product's own code. Elsewhere a warm worker is used, as an editor does.
"""

from __future__ import annotations

import gc
import json
import os
import socket
import sys
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import Any

from gradsight.autograd.events import Trace
from gradsight.document import Document
from gradsight.probe.launcher import ProbeOptions, run_probe
from gradsight.probe.standby import Standby
from gradsight.probe.story import Story
from gradsight.probe.worker import protocol
from support.engine import PATH

_SECONDS = 60


@cache
def observe(text: str) -> Trace:
    """What the probe sees of a program. Raises RuntimeError where it stopped before the program did."""
    document = Document.from_text(PATH, text)
    if not hasattr(os, "fork"):
        result = run_probe(document, ProbeOptions(seconds=_SECONDS), standby=_standby())
        return result.trace
    messages = _in_fork(text)
    ending = messages[-1] if messages and messages[-1]["say"] == protocol.END else None
    if ending is None or ending["status"] not in (protocol.DONE, protocol.ERROR, protocol.EXIT):
        raise RuntimeError(f"the probe ended with {ending}")
    return Story(document, _file()).tell(messages[:-1], ending.get("error"), True)


@cache
def _standby() -> Standby:
    return Standby()


@cache
def _folder() -> str:
    return tempfile.mkdtemp(prefix="gradsight-cases-")


def _file() -> str:
    """Away from everything else that is on the stack of a fork, so that only the program counts as the user's."""
    return str(Path(_folder()) / PATH)


def _in_fork(text: str) -> list[dict[str, Any]]:
    _import_worker()
    _folder()  # here, so that the child shares it
    ours, theirs = socket.socketpair()
    gc.freeze()
    pid = os.fork()
    if pid == 0:
        ours.close()
        _run(theirs, text)
    theirs.close()
    gc.unfreeze()
    with ours.makefile("rb") as lines:
        messages = [json.loads(line) for line in lines if line.startswith(b"{")]
    ours.close()
    os.waitpid(pid, 0)
    return messages


@cache
def _import_worker() -> None:
    import torch
    import torch._dynamo  # the first optimizer of a program imports it

    import gradsight.probe.worker.recorder  # noqa: F401

    torch.set_num_threads(1)  # threads do not survive a fork


def _run(connection: socket.socket, text: str) -> None:
    """The child: runs the program and is gone, whatever happens."""
    try:
        from gradsight.probe.worker import job
        from gradsight.probe.worker.channel import Channel

        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nothing, number)
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115
        warnings.resetwarnings()  # a program does not live under the test runner's filters
        channel = Channel(connection)
        work = {
            "file": _file(), "is_file": True, "is_notebook": False, "text": text, "arguments": [],
            "folder": _folder(), "roots": [_folder()], "steps": None, "seconds": None, "memory": None,
        }  # fmt: skip
        job._run(channel, work)
        channel.flush()
    finally:
        os._exit(0)
