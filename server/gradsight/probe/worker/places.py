"""Where the program is: which of the running frames belong to the user, and at which place of the text they are."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from types import CodeType, FrameType, TracebackType

from .channel import Channel
from .protocol import PLACE

_OWN_FOLDER = os.path.dirname(os.path.abspath(__file__))
_COMPREHENSIONS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})


class Stack:
    """The frames of one moment: the user's, innermost first, and the library's below the innermost of them."""

    __slots__ = ("library", "user")

    def __init__(self, user: list[FrameType], library: list[FrameType]) -> None:
        self.user = user
        self.library = library


class Places:
    """Numbers places of the user's text and reports each once."""

    def __init__(self, channel: Channel, file: str, roots: list[str]) -> None:
        self._channel = channel
        self._file = file
        self._roots = tuple(os.path.join(os.path.abspath(root), "") for root in roots)
        # Own code is no user's even where it lies in the workspace: in a checkout of Gradsight.
        self._libraries = tuple(os.path.join(folder, "") for folder in (*_library_folders(), _OWN_FOLDER))
        self._is_user: dict[str, bool] = {}
        self._numbers: dict[tuple[int, int], int] = {}
        self._codes: dict[int, tuple[CodeType, list[tuple[int | None, ...]] | None]] = {}

    def is_user_file(self, name: str) -> bool:
        """Whether a file is the program or lies in its workspace, and is no installed library."""
        known = self._is_user.get(name)
        if known is None:
            path = os.path.abspath(name)
            known = name == self._file or (
                not name.startswith("<")
                and path.startswith(self._roots)
                and not path.startswith(self._libraries)
                and "site-packages" not in path
            )
            self._is_user[name] = known
        return known

    def stack(self, frame: FrameType | None) -> Stack:
        """Sorts the frames from `frame` outwards; this package's own count for nothing."""
        user: list[FrameType] = []
        library: list[FrameType] = []
        inside = ""
        while frame is not None:
            code = frame.f_code
            name = code.co_filename
            known = self._is_user.get(name)
            if known or (known is None and self.is_user_file(name)):
                if inside not in _COMPREHENSIONS:
                    user.append(frame)
                inside = code.co_name
            else:
                inside = ""
                if not user and not name.startswith(_OWN_FOLDER):
                    library.append(frame)
            frame = frame.f_back
        return Stack(user, library)

    def of_frame(self, frame: FrameType) -> int:
        """The number of the place where a frame is now."""
        return self._number(frame.f_code, frame.f_lasti, frame.f_lineno)

    def of_line(self, code: CodeType, line: int) -> int:
        """The number of a line that is not being executed: where a decorated function begins."""
        return self._number(code, -line, line)

    def of_traceback(self, traceback: TracebackType | None) -> int | None:
        """The innermost place of the user's files on the way of an exception."""
        found = None
        while traceback is not None:
            code = traceback.tb_frame.f_code
            if self.is_user_file(code.co_filename):
                found = self._number(code, traceback.tb_lasti, traceback.tb_lineno)
            traceback = traceback.tb_next
        return found

    def of_text(self, path: str, line: int) -> int:
        """The number of a line that has no code: where a syntax error is."""
        number = len(self._numbers) + 1
        self._numbers[0, -number] = number
        self._channel.send(PLACE, {"n": number, "path": path, "line": line, "span": None, "function": "", "first": 0})
        return number

    def _number(self, code: CodeType, lasti: int, line: int) -> int:
        key = id(code), lasti
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._numbers) + 1
            place = {"n": number, "path": code.co_filename, "line": line, "span": self._span(code, lasti)}
            place.update(function=code.co_name, first=code.co_firstlineno)
            self._channel.send(PLACE, place)
        return number

    def _span(self, code: CodeType, lasti: int) -> list[int] | None:
        # The code object is kept, so that its id is not given to another one.
        _, spans = self._codes.get(id(code)) or (None, None)
        if spans is None:
            positions = getattr(code, "co_positions", None)
            spans = list(positions()) if positions is not None else None
            self._codes[id(code)] = (code, spans)
        if spans is None or not 0 <= lasti // 2 < len(spans):
            return None
        line, end_line, column, end_column = spans[lasti // 2]
        if line is None or end_line is None or column is None or end_column is None:
            return None
        return [line, column, end_line, end_column]


def _library_folders() -> set[str]:
    folders = {path for key, path in sysconfig.get_paths().items() if "lib" in key}
    folders.update(getattr(site, "getsitepackages", list)())
    folders.add(site.getusersitepackages())
    torch = sys.modules.get("torch")
    if torch is not None and torch.__file__:
        folders.add(os.path.dirname(torch.__file__))
    return {os.path.abspath(folder) for folder in folders}
