"""The private line to the launcher. The program's own standard streams carry nothing of ours."""

from __future__ import annotations

import json
import os
import socket
import threading
import time

_FLUSH_AFTER_BYTES = 1 << 15
_FLUSH_AFTER_SECONDS = 0.05


class Channel:
    """JSON lines over a socket; sending is safe from any thread."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._waiting: list[bytes] = []
        self._size = 0
        self._flushed = time.monotonic()
        self._received = b""
        self._owner = os.getpid()
        connection.set_inheritable(False)
        if hasattr(os, "register_at_fork"):
            # A forked child shares the descriptor; what it does is not part of this report.
            os.register_at_fork(after_in_child=self._fall_silent)

    @classmethod
    def open(cls, address: str, token: str) -> Channel:
        """Joins the launcher at `fd:N` (an inherited socket) or `port:N` (a loopback port, which wants the token)."""
        kind, _, number = address.partition(":")
        if kind == "fd":
            return cls(socket.socket(fileno=int(number)))
        connection = socket.create_connection(("127.0.0.1", int(number)))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(token.encode() + b"\n")
        return cls(connection)

    def send(self, say: str, message: dict[str, object], now: bool = False) -> None:
        """Queues a message; `now` also sends everything queued."""
        line = json.dumps({"say": say, **message}, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            self._waiting.append(line)
            self._size += len(line)
            late = time.monotonic() - self._flushed > _FLUSH_AFTER_SECONDS
            if now or late or self._size > _FLUSH_AFTER_BYTES:
                self._send_waiting()

    def flush(self) -> None:
        """Sends everything queued."""
        with self._lock:
            self._send_waiting()

    def _send_waiting(self) -> None:
        data, self._waiting, self._size = b"".join(self._waiting), [], 0
        self._flushed = time.monotonic()
        if data and os.getpid() == self._owner:
            try:
                self._connection.sendall(data)
            except OSError:
                self._owner = -1  # nobody listens any more; the watcher ends the process

    def receive(self) -> dict[str, object] | None:
        """Waits for the next message; None once the launcher has gone."""
        while b"\n" not in self._received:
            try:
                data = self._connection.recv(65536)
            except OSError:
                return None
            if not data:
                return None
            self._received += data
        line, _, self._received = self._received.partition(b"\n")
        message: dict[str, object] = json.loads(line)
        return message

    def fileno(self) -> int:
        """The descriptor, for a crash report that is written without Python's help."""
        return self._connection.fileno()

    def _fall_silent(self) -> None:
        self._owner = -1
        self._lock = threading.Lock()
        self._waiting = []
