"""Runs the given text as `python file.py` would: as `__main__`, with its arguments, paths and tracebacks."""

from __future__ import annotations

import atexit
import contextlib
import gc
import linecache
import os
import sys
import threading
import traceback
from importlib.machinery import SourceFileLoader
from types import CodeType, ModuleType
from typing import Any

from .places import Places
from .protocol import DONE, ERROR, EXIT, LIMIT
from .reporter import Stop
from .tracebacks import without_us


class Program:
    """One text to run."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.file: str = job["file"]
        self.text: str = job["text"]
        self._is_real = bool(job["is_file"])
        self._is_notebook = bool(job["is_notebook"])
        self._arguments: list[str] = list(job["arguments"])
        self._folder: str = job["folder"]
        self._code: CodeType | None = None

    def prepare(self) -> None:
        """Makes this process look as it would to the file."""
        os.chdir(self._folder)
        sys.argv = [self.file, *self._arguments]
        sys.path.insert(0, os.path.dirname(self.file) if self._is_real else self._folder)
        lines = [line + "\n" for line in self.text.split("\n")]
        # Without a time of change the entry is kept, so that tracebacks show the text that ran, saved or not.
        linecache.cache[self.file] = (len(self.text), None, lines, self.file)
        main = ModuleType("__main__")
        own = vars(sys.modules["__main__"])  # a script too, so it has what this Python gives to scripts
        if "__annotations__" in own:
            main.__annotations__ = {}
        if self._is_real:
            main.__file__ = self.file
            if os.path.exists(self.file):  # a buffer that was never saved has no source to load
                main.__loader__ = SourceFileLoader("__main__", self.file)
            if "__cached__" in own:
                main.__dict__["__cached__"] = None
        if self._is_notebook:
            # What a notebook's Python has and a plain one has not; a magic's value is unknown to the text.
            main.__dict__.update(display=print, get_ipython=lambda: None, __magic__=None)
        main.__dict__["__builtins__"] = sys.modules["builtins"]
        sys.modules["__main__"] = main
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]

    def run(self, places: Places) -> dict[str, Any]:
        """Runs it to its end, and says what the end was."""
        try:
            code = compile(self.text, self.file, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            traceback.print_exception(type(error), error, None)
            line = getattr(error, "lineno", None) or 1
            return {"status": ERROR, "error": _error(error, places.of_text(self.file, line))}
        try:
            exec(code, sys.modules["__main__"].__dict__)
        except Stop:
            return {"status": LIMIT}
        except SystemExit as ending:
            return self._exited(ending)
        except BaseException as error:
            _show(error)
            return {"status": ERROR, "error": _error(error, places.of_traceback(error.__traceback__))}
        return {"status": DONE}

    def wait_for_threads(self) -> None:
        """A program ends when its threads have ended, daemons aside."""
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join()

    def leave(self) -> None:
        """What Python does for a program at its end: exit functions, the end of its objects, the last output."""
        with contextlib.suppress(BaseException):
            atexit._run_exitfuncs()
        with contextlib.suppress(BaseException):
            vars(sys.modules["__main__"]).clear()
            gc.collect()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()

    def _exited(self, ending: SystemExit) -> dict[str, Any]:
        code = ending.code
        if code is not None and not isinstance(code, int):
            print(code, file=sys.stderr)
            code = 1
        return {"status": EXIT if code else DONE, "code": code or 0}


def _error(error: BaseException, place: int | None) -> dict[str, Any]:
    kind = type(error)
    is_plain = kind.__module__ in ("builtins", "__main__")
    name = kind.__qualname__ if is_plain else f"{kind.__module__}.{kind.__qualname__}"
    try:
        message = error.msg if isinstance(error, SyntaxError) else str(error)
    except Exception:
        message = ""
    return {"type": name, "message": message, "at": place}


def _show(error: BaseException) -> None:
    try:
        trace = without_us(error.__traceback__)
        if sys.excepthook is sys.__excepthook__:
            # The built-in hook would read the lines from the disk, where an older text may lie.
            traceback.print_exception(type(error), error, trace)
        else:
            sys.excepthook(type(error), error, trace)
    except Exception:
        traceback.print_exc()
