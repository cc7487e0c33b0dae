"""Warnings keep pointing at the user's line though PyTorch is called from one of ours."""

from __future__ import annotations

import os
import sys
import warnings
from typing import Any

from .tracebacks import DETOUR

_OWN_FOLDER = os.path.dirname(os.path.abspath(__file__))
_DETOUR_FILE = os.path.join("torch", "overrides.py")


class Warned:
    """Issues again, for the caller, every warning that Python put down to this package."""

    def __init__(self) -> None:
        self._show = warnings._showwarnmsg  # type: ignore[attr-defined]

    def install(self) -> None:
        """Goes between the warning machinery and whoever shows or records warnings."""
        warnings._showwarnmsg = self._redirect  # type: ignore[attr-defined]

    def undo(self) -> None:
        """Steps aside again."""
        if warnings._showwarnmsg == self._redirect:  # type: ignore[attr-defined]
            warnings._showwarnmsg = self._show  # type: ignore[attr-defined]

    def _redirect(self, message: Any) -> None:
        frame = sys._getframe(1)
        if not str(message.filename).startswith(_OWN_FOLDER) and not str(message.filename).endswith(_DETOUR_FILE):
            self._show(message)
            return
        while frame is not None and not frame.f_code.co_filename.startswith(_OWN_FOLDER):
            frame = frame.f_back  # type: ignore[assignment]
        while frame is not None and frame.f_code.co_filename.startswith(_OWN_FOLDER):
            # Python remembers per module and line what it has shown; here that line stands for many.
            frame.f_globals.pop("__warningregistry__", None)
            frame = frame.f_back  # type: ignore[assignment]
        if frame is not None and frame.f_code.co_name == DETOUR and frame.f_back is not None:
            # The function that warns was called once before, and went to ask us.
            frame = frame.f_back.f_back  # type: ignore[assignment]
        if frame is None:
            self._show(message)
            return
        warnings.warn_explicit(
            message.message,
            message.category,
            frame.f_code.co_filename,
            frame.f_lineno,
            module=frame.f_globals.get("__name__") or "<unknown>",
            registry=frame.f_globals.setdefault("__warningregistry__", {}),
            module_globals=frame.f_globals,
            source=message.source,
        )
