"""Colours on a terminal, and whether the user wants them."""

from __future__ import annotations

import os
from enum import Enum
from typing import TextIO

from gradsight.finding import Severity


class Style(Enum):
    """A way to make text stand out, as the number of its escape sequence."""

    BOLD = "1"
    DIM = "2"
    RED = "1;31"
    GREEN = "32"
    YELLOW = "1;33"
    BLUE = "1;34"
    CYAN = "36"


OF_SEVERITY = {
    Severity.ERROR: Style.RED,
    Severity.WARNING: Style.YELLOW,
    Severity.INFORMATION: Style.BLUE,
    Severity.HINT: Style.CYAN,
}


class Paint:
    """Colours text, or leaves it as it is."""

    def __init__(self, on: bool) -> None:
        self.on = on

    def __call__(self, text: str, style: Style) -> str:
        """`text` in a style, if colours are on."""
        return f"\x1b[{style.value}m{text}\x1b[0m" if self.on and text else text


def wanted(stream: TextIO) -> bool:
    """NO_COLOR and FORCE_COLOR decide; without them, whether a terminal is listening."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"
