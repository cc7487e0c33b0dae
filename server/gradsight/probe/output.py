"""What the program prints: passed on as it comes, and kept, both up to a limit."""

from __future__ import annotations

import threading
from collections.abc import Callable

MOST_CHARACTERS = 1_000_000


class CappedOutput:
    """Takes text from the reader's thread. Beyond the limit it goes on taking and throws away, so that nobody waits."""

    def __init__(self, on_output: Callable[[str], None] | None, most: int = MOST_CHARACTERS) -> None:
        self._on_output = on_output
        self._left = most
        self._parts: list[str] = []
        self._dropped = False
        self._lock = threading.Lock()

    def add(self, text: str) -> None:
        """Takes the next piece."""
        with self._lock:
            shown = text[: self._left]
            if len(shown) < len(text) and not self._dropped:
                self._dropped = True
                shown += "\n... (the program printed more; the rest is not shown)\n"
            self._left = max(0, self._left - len(text))
            if shown:
                self._parts.append(shown)
        if shown and self._on_output is not None:
            self._on_output(shown)

    @property
    def text(self) -> str:
        """All that was kept."""
        with self._lock:
            return "".join(self._parts)
