"""The one exception of the probe, and the sentences that explain why a program could not be watched."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from gradsight.probe.worker.protocol import OLDEST_TORCH

if TYPE_CHECKING:
    from gradsight.probe.launcher import ProbeResult

_HOW_TO_CHOOSE = "choose another Python with the setting `gradsight.interpreter` or with `--python`"


class ProbeFailed(Exception):
    """The probe could not do its work; the message is one line for people."""

    def __init__(self, message: str, result: ProbeResult | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.result = result
        """What was seen until then, if the program had begun to run."""


def no_interpreter(python: str) -> ProbeFailed:
    """The file is not there, or is no program."""
    return ProbeFailed(f"There is no Python at {python}: {_HOW_TO_CHOOSE}.")


def unusable(python: str, why: object, torch: object, error: object) -> ProbeFailed:
    """The interpreter is there, but not with a PyTorch that can be watched."""
    oldest = ".".join(map(str, OLDEST_TORCH))
    if why == "old":
        return ProbeFailed(
            f"{python} has PyTorch {torch}, and the probe needs {oldest} or later: update it, or {_HOW_TO_CHOOSE}."
        )
    if why == "missing":
        return ProbeFailed(f"{python} has no PyTorch: install it there, or {_HOW_TO_CHOOSE}.")
    return ProbeFailed(f"{python} cannot import PyTorch ({_first_line(str(error))}): {_HOW_TO_CHOOSE}.")


def did_not_start(python: str, output: str) -> ProbeFailed:
    """The interpreter ended, or fell silent, before it was ready."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    said = f": {lines[-1][:200]}" if lines else ""
    return ProbeFailed(f"{python} could not be started as a Python{said}; {_HOW_TO_CHOOSE}.")


def ended_by(code: int) -> str:
    """What the end of a process without a report means, as a sentence."""
    if code >= 0:
        return f"Your program ended its own process with exit status {code} (as os._exit does)."
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    if name == "SIGKILL":
        return "Your program was killed from outside (SIGKILL), most likely because the machine ran out of memory."
    if name in ("SIGSEGV", "SIGBUS", "SIGABRT", "SIGILL", "SIGFPE"):
        return f"Your program crashed its Python ({name}); the cause lies in compiled code that it calls."
    return f"Your program was ended by {name}."


def _first_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[0][:200] if lines else "no reason given"
