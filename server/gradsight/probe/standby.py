"""A worker that waits with PyTorch imported, so that the next probe answers at once."""

from __future__ import annotations

import contextlib
import threading

from gradsight.probe.errors import ProbeFailed
from gradsight.probe.process import Worker


class Standby:
    """Keeps one worker warm. A worker runs one program only; the next one is started behind the user's back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._closed = False

    def prepare(self, python: str) -> None:
        """Starts a worker for `python`, unless one waits already; one for another Python is ended.

        Says nothing where that fails: the probe itself will say it.
        """
        with self._lock:
            if self._closed or self._fits(python):
                return
            old, self._worker = self._worker, None
            with contextlib.suppress(ProbeFailed):
                self._worker = Worker(python, standby=True)
        if old is not None:
            old.end()

    def take(self, python: str) -> Worker:
        """The worker that waits, or a new one. Raises ProbeFailed where there is no such Python."""
        with self._lock:
            fits = self._fits(python)
            worker, self._worker = self._worker, None
        if worker is not None and fits:
            return worker
        if worker is not None:
            worker.end()
        return Worker(python)

    def _fits(self, python: str) -> bool:
        return self._worker is not None and self._worker.python == python and self._worker.is_alive

    def close(self) -> None:
        """Ends the worker that waits; nothing is started any more."""
        with self._lock:
            self._closed = True
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()
