"""The smallest editor: messages to a language server and back, with the time they took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

SERVER = Path(__file__).parents[1] / "server"


class Wire:
    """A server process and the pipe to it."""

    def __init__(self, command: Sequence[str]) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(SERVER), "OMP_NUM_THREADS": "1"},
        )
        self._ids = 0

    def send(self, method: str, params: object, *, asks: bool = False) -> int | None:
        """Sends a notification, or a request whose number is returned."""
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
        if asks:
            self._ids += 1
            message["id"] = self._ids
        body = json.dumps(message).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()
        return message.get("id")

    def receive(self) -> dict[str, Any]:
        """The next message."""
        stdout = self.process.stdout
        assert stdout is not None
        length = 0
        while (header := stdout.readline()) not in (b"\r\n", b""):
            if header.lower().startswith(b"content-length:"):
                length = int(header.split(b":")[1])
        if not length:
            raise EOFError("the server went away")
        message: dict[str, Any] = json.loads(stdout.read(length))
        return message

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next message that is wanted; requests of the server are answered with nothing on the way."""
        while True:
            message = self.receive()
            if wanted(message):
                return message
            if "method" in message and "id" in message:
                body = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": None}).encode()
                assert self.process.stdin is not None
                self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
                self.process.stdin.flush()

    def ask(self, method: str, params: object) -> Any:
        """The answer to a request."""
        number = self.send(method, params, asks=True)
        return self.until(lambda message: message.get("id") == number and "method" not in message).get("result")

    def introduce(self, **options: object) -> None:
        """The beginning of every conversation."""
        capabilities = {
            "textDocument": {"publishDiagnostics": {"versionSupport": True, "relatedInformation": True}},
            "window": {"workDoneProgress": True},
        }
        self.ask(
            "initialize",
            {"processId": None, "rootUri": None, "capabilities": capabilities, "initializationOptions": options},
        )
        self.send("initialized", {})

    def open(self, uri: str, text: str) -> list[Any]:
        """Opens a text; returns its first diagnostics."""
        item = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.send("textDocument/didOpen", {"textDocument": item})
        return self.diagnostics(uri, 1)

    def change(self, uri: str, version: int, line: int, start: int, end: int, text: str) -> None:
        """Types `text` over a part of a line."""
        span = {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}
        self.send(
            "textDocument/didChange",
            {"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"range": span, "text": text}]},
        )

    def diagnostics(self, uri: str, version: int) -> list[Any]:
        """Waits for the diagnostics of one version."""
        message = self.until(
            lambda message: message.get("method") == "textDocument/publishDiagnostics"
            and message["params"]["uri"] == uri
            and message["params"].get("version") == version
        )
        found: list[Any] = message["params"]["diagnostics"]
        return found

    def peak_mb(self) -> float | None:
        """The most memory that the server has had, where the system tells."""
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.exists():
            return None
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024

    def close(self) -> None:
        """Says goodbye and waits for the process to end."""
        self.ask("shutdown", None)
        self.send("exit", None)
        self.process.wait(timeout=30)


def gradsight() -> Wire:
    """Our server."""
    return Wire([sys.executable, "-m", "gradsight", "serve"])


def milliseconds(start: float) -> float:
    """Since `start` (of `time.perf_counter`)."""
    return (time.perf_counter() - start) * 1000
