"""Tracebacks look as in a plain run, wherever the program prints them."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any

_OWN_FOLDER = os.path.dirname(os.path.abspath(__file__))
DETOUR = "handle_torch_function"
"""The function of PyTorch by which its Python functions come to us."""


def install(patch: Callable[[Any, str, Any], None]) -> None:
    """Cleans what Python's own `traceback`, and so `logging`, is given to show."""
    original = traceback.TracebackException.__init__

    def __init__(
        self: Any, exc_type: Any, exc_value: Any, exc_traceback: TracebackType | None, **options: Any
    ) -> None:
        original(self, exc_type, exc_value, without_us(exc_traceback), **options)

    patch(traceback.TracebackException, "__init__", __init__)


def without_us(trace: TracebackType | None) -> TracebackType | None:
    """The same traceback as a plain run would have.

    Our frames go, and so does the detour that PyTorch's Python functions take to reach them: a function calls
    `handle_torch_function`, which calls us, and we call the function again.
    """
    steps: list[TracebackType] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_name == DETOUR and steps:
            steps.pop()
        elif not code.co_filename.startswith(_OWN_FOLDER):
            steps.append(trace)
        trace = trace.tb_next
    result = None
    for step in reversed(steps):
        result = TracebackType(result, step.tb_frame, step.tb_lasti, step.tb_lineno)
    return result
