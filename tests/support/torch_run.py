"""Running programs on the real PyTorch, many in one process."""

from __future__ import annotations

import contextlib
import io
import linecache
import sys
import warnings
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Run:
    """What a program left behind."""

    names: dict[str, Any]
    raised: BaseException | None

    @property
    def error(self) -> str | None:
        return None if self.raised is None else f"{type(self.raised).__name__}: {self.raised}"

    def shows(self, promise: str) -> bool:
        """Whether `raises ...`, `raises nothing` or an expression over the names holds."""
        if promise == "raises nothing":
            return self.raised is None
        if promise.startswith("raises "):
            kind, _, part = promise.removeprefix("raises ").partition(": ")
            bases = [] if self.raised is None else [base.__name__ for base in type(self.raised).__mro__]
            return kind in bases and part in str(self.raised)
        if self.raised is not None:
            return False
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return bool(eval(promise, self.names))


def run(text: str) -> Run:
    """Runs `text` as a program of its own: fresh names, fresh seed, grad mode and default dtype as they start."""
    import torch

    name = f"<program {id(text)}>"
    names: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__, "torch": torch}
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    raised: BaseException | None = None
    arguments, sys.argv = sys.argv, ["program.py"]
    torch.manual_seed(0)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            exec(compile(text, name, "exec"), names)
    except (Exception, SystemExit) as error:
        raised = error
    finally:
        sys.argv = arguments
        torch.set_grad_enabled(True)
        torch.set_default_dtype(torch.float32)
        del linecache.cache[name]
    return Run(names, raised)
