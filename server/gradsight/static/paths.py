"""Paths of modules: as one spelling, inside of which folder, and whether a file is still the one that was read."""

from __future__ import annotations

import os

_LARGEST_FILE = 2_000_000


def stamp_of(path: str) -> tuple[int, int] | None:
    """When a module was written and how long it is; None for what is no module that can be read."""
    if not path.endswith(".py"):
        return None
    try:
        status = os.stat(path)  # noqa: PTH116 - a third of the time, and this is asked often
    except (OSError, ValueError):
        return None
    return None if status.st_size > _LARGEST_FILE else (status.st_mtime_ns, status.st_size)


def absolute(path: str) -> str:
    """The one absolute spelling of a path."""
    return os.path.normpath(os.path.abspath(path or "."))  # noqa: PTH100 - of names that may not exist


def key_of(path: str) -> str:
    """The same for every spelling that means one file."""
    return os.path.normcase(absolute(path))


def is_inside(path: str, root: str) -> bool:
    """Whether an absolute path is a folder or lies in it."""
    return path == root or path.startswith(root if root.endswith(os.sep) else root + os.sep)
