"""Work off the event loop: one thread, and of several jobs for the same thing only the last."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable

logger = logging.getLogger(__name__)


class LatestOnly:
    """Runs jobs on a thread of its own.

    A job that waits is replaced by a newer one under the same key, so that a burst of keystrokes costs
    at most two analyses. What was asked for last is done first: that is where the user is looking.
    """

    def __init__(self, name: str) -> None:
        self._waiting: OrderedDict[str, Callable[[], None]] = OrderedDict()
        self._change = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def submit(self, key: str, job: Callable[[], None]) -> None:
        """Asks for `job`; one that still waits under `key` is forgotten."""
        with self._change:
            self._waiting[key] = job
            self._waiting.move_to_end(key)
            self._change.notify()

    def close(self) -> None:
        """Forgets what waits. The job that is running ends by itself, and with the process at the latest."""
        with self._change:
            self._closed = True
            self._waiting.clear()
            self._change.notify()

    def _work(self) -> None:
        while True:
            with self._change:
                while not self._waiting and not self._closed:
                    self._change.wait()
                if self._closed:
                    return
                _, job = self._waiting.popitem(last=True)
            try:
                job()
            except Exception:
                logger.exception("a background job failed")
