"""The worker's process: starting it, its private line, its output, and its certain end with everything it started."""

from __future__ import annotations

import codecs
import contextlib
import json
import os
import queue
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradsight.probe import errors

_SCRIPT = Path(__file__).with_name("worker") / "start.py"
_CRASH_LINE = re.compile(r'  File "(?P<path>.+)", line (?P<line>\d+)')
_JOIN_SECONDS = 20.0
_GONE_SECONDS = 2.0

Message = dict[str, Any]
Sink = Callable[[str], None]

GONE: Message = {"say": "gone"}
"""Stands in the queue behind the last message of a worker."""


class Worker:
    """One process that runs one program. Everything it says arrives in `messages`."""

    def __init__(self, python: str, *, standby: bool = False, inherit: bool = os.name == "posix") -> None:
        """Starts it. Raises ProbeFailed where there is nothing to start.

        With `inherit` it gets one end of a socket pair; without (as on Windows) it calls back a loopback
        port, and shows by a token that it is the one.
        """
        self.python = python
        self.messages: queue.Queue[Message] = queue.Queue()
        self.crash_lines: list[tuple[str, int]] = []
        """Places in a report that Python wrote while it could not answer itself."""
        self._output_lock = threading.Lock()
        self._early_output: list[str] = []
        self._sink: Sink | None = None
        self._connection: socket.socket | None = None
        self._threads: list[threading.Thread] = []
        self._family: set[int] = set()
        if inherit:
            ours, theirs = socket.socketpair()
            with theirs:
                self._process = self._popen(f"fd:{theirs.fileno()}", standby, (theirs.fileno(),), None)
            self._connection = ours
            self._start_thread(lambda: self._read_messages(ours), "channel")
        else:
            token = secrets.token_hex(16)
            listener = socket.create_server(("127.0.0.1", 0), backlog=4)
            try:
                port = listener.getsockname()[1]
                self._process = self._popen(f"port:{port}", standby, (), token)
            except BaseException:
                listener.close()
                raise
            self._start_thread(lambda: self._accept(listener, token), "channel")
        self._start_thread(self._read_output, "output")

    def _popen(
        self, address: str, standby: bool, descriptors: tuple[int, ...], token: str | None
    ) -> subprocess.Popen[bytes]:
        command = [self.python, "-u", str(_SCRIPT), address, *(["--standby"] if standby else [])]
        extra: dict[str, Any]
        if sys.platform == "win32":
            extra = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
        else:
            extra = {"start_new_session": True, "pass_fds": descriptors}
        try:
            process: subprocess.Popen[bytes] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL if token is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=_environment(),
                bufsize=0,
                **extra,
            )
        except (OSError, ValueError):
            raise errors.no_interpreter(self.python) from None
        if token is not None and process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.write(token.encode() + b"\n")
                process.stdin.close()
        return process

    def _start_thread(self, target: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=target, name=f"probe {name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    # --- what it says --------------------------------------------------------------------------

    def _accept(self, listener: socket.socket, token: str) -> None:
        with listener:
            listener.settimeout(0.2)
            while self._process.poll() is None:
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                except OSError:
                    break
                connection.settimeout(5)
                with contextlib.suppress(OSError):
                    if secrets.compare_digest(connection.recv(len(token) + 1), token.encode() + b"\n"):
                        connection.settimeout(None)
                        self._connection = connection
                        self._read_messages(connection)
                        return
                connection.close()
        self.messages.put(GONE)

    def _read_messages(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), connection.makefile("rb") as lines:
            for line in lines:
                try:
                    message = json.loads(line)
                except ValueError:
                    self._read_crash_line(line)
                else:
                    if isinstance(message, dict):
                        self.messages.put(message)
        self.messages.put(GONE)

    def _read_crash_line(self, line: bytes) -> None:
        match = _CRASH_LINE.match(line.decode("utf-8", "replace"))
        if match:
            self.crash_lines.append((match["path"], int(match["line"])))

    def send(self, message: Message) -> None:
        """Tells the worker something; one that has gone hears nothing."""
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.sendall(json.dumps(message).encode() + b"\n")

    # --- what it prints --------------------------------------------------------------------------

    def _read_output(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        stream = self._process.stdout
        assert stream is not None
        with contextlib.suppress(OSError, ValueError):
            while data := stream.read(1 << 16):
                self._print(decoder.decode(data))
        self._print(decoder.decode(b"", final=True))

    def _print(self, text: str) -> None:
        with self._output_lock:
            if self._sink is None:
                self._early_output.append(text)
            elif text:
                self._sink(text)

    def print_to(self, sink: Sink) -> None:
        """From now on, and from the start, the program's output goes to `sink`."""
        with self._output_lock:
            self._sink = sink
            early, self._early_output = "".join(self._early_output), []
            if early:
                sink(early)

    @property
    def early_output(self) -> str:
        """What was printed while nobody took it."""
        with self._output_lock:
            return "".join(self._early_output)

    # --- its end ---------------------------------------------------------------------------------

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def wait(self, seconds: float) -> int | None:
        """Its exit status (negative: a signal), or None if it has not ended within the time."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def note_family(self) -> None:
        """Looks for what the process started: its group, and, while it lives, what left the group."""
        if sys.platform != "win32":
            self._family.update(_family(self._process.pid))

    def end(self) -> None:
        """Ends the process and all that it started, and waits until they are gone. May be called twice."""
        if sys.platform == "win32":
            if self.is_alive:
                command = ["taskkill", "/T", "/F", "/PID", str(self._process.pid)]
                subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        else:
            self.note_family()
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
            _kill(self._family)
        if self.is_alive:
            with contextlib.suppress(OSError):
                self._process.kill()
        self._process.wait()
        _await_end(self._family)
        self._family.clear()
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(_JOIN_SECONDS)
        for stream in (self._connection, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def _await_end(pids: set[int]) -> None:
    """Waits until killed processes are gone; the dead that nobody has buried count as gone."""
    deadline = time.monotonic() + _GONE_SECONDS
    while pids and time.monotonic() < deadline:
        if pids.isdisjoint(process.pid for process in _processes() if not process.is_dead):
            return
        time.sleep(0.005)


@dataclass(frozen=True, slots=True)
class _Process:
    pid: int
    parent: int
    group: int
    is_dead: bool


def _family(root: int) -> set[int]:
    """The processes of the group `root`, and all below `root`, as far as the system tells."""
    processes = list(_processes())
    children: dict[int, list[int]] = {}
    for process in processes:
        children.setdefault(process.parent, []).append(process.pid)
    found = {process.pid for process in processes if process.group == root and process.pid != root}
    waiting = [root, *found]
    while waiting:
        fresh = [child for child in children.get(waiting.pop(), ()) if child not in found]
        found.update(fresh)
        waiting.extend(fresh)
    return found


def _processes() -> Iterator[_Process]:
    if sys.platform == "linux":
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError, ValueError, IndexError):
                    # The name stands in parentheses and may hold anything, so what follows the last one counts.
                    fields = (entry / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
                    yield _Process(int(entry.name), int(fields[1]), int(fields[2]), fields[0] in "ZX")
        return
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        command = ["ps", "-A", "-o", "pid=,ppid=,pgid=,stat="]
        listing = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
        for line in listing.stdout.splitlines():
            fields = line.split()
            if len(fields) == 4:
                yield _Process(int(fields[0]), int(fields[1]), int(fields[2]), fields[3].startswith("Z"))


def _environment() -> dict[str, str]:
    """The user's environment: plots open no windows, nothing is compiled, and our own package is not in the way."""
    environment = dict(os.environ)
    environment["MPLBACKEND"] = "Agg"
    environment["TORCHDYNAMO_DISABLE"] = "1"
    own = Path(__file__).resolve().parents[2]
    if "PYTHONPATH" in environment:
        entries = [entry for entry in environment["PYTHONPATH"].split(os.pathsep) if entry]
        kept = [entry for entry in entries if Path(entry).resolve() != own]
        environment["PYTHONPATH"] = os.pathsep.join(kept)
        if not kept:
            del environment["PYTHONPATH"]
    return environment
