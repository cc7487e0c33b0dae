"""Files as the command line finds and reads them."""

from __future__ import annotations

import io
import os
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

from gradsight.document import Document

_SUFFIXES = (".py", ".ipynb")
_SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages"})


class CannotRead(Exception):
    """A path that cannot be checked; the message is one line for the user."""


def find(paths: Iterable[Path]) -> Iterator[Path]:
    """The files that `paths` mean, each once: a file is itself, a folder its Python files and notebooks.

    Raises CannotRead for a path that does not exist and for a folder without Python.
    """
    seen: set[Path] = set()
    for path in paths:
        if path.is_dir():
            files = sorted(_walk(path))
            if not files:
                raise CannotRead(f"{path}: no Python files or notebooks in this folder")
        elif path.exists():
            files = [path]
        else:
            raise CannotRead(f"{path}: no such file or folder")
        for file in files:
            if (real := file.resolve()) not in seen:
                seen.add(real)
                yield file


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_skipped(Path(parent, name)))
        yield from (Path(parent, name) for name in files if name.endswith(_SUFFIXES))


def _is_skipped(folder: Path) -> bool:
    return folder.name.startswith(".") or folder.name in _SKIPPED or (folder / "pyvenv.cfg").is_file()


def read(path: Path) -> Document:
    """The document in a file. Raises CannotRead where it is not text, or a notebook that is none."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CannotRead(f"{path}: {error.strerror or error}") from None
    if path.suffix != ".ipynb":
        return Document.from_text(str(path), _decode(path, data, _encoding(path, data)))
    try:
        return Document.from_notebook(str(path), _decode(path, data, "utf-8-sig"))
    except ValueError as error:
        raise CannotRead(f"{path}: {error}") from None


def _encoding(path: Path, data: bytes) -> str:
    """What the coding comment or the byte order mark says, else UTF-8."""
    try:
        return tokenize.detect_encoding(io.BytesIO(data).readline)[0]
    except SyntaxError as error:
        if "unknown encoding" in str(error) or "encoding problem" in str(error):
            raise CannotRead(f"{path}: {error}") from None
        return "utf-8"  # the first lines are not UTF-8; decoding will say where


def _decode(path: Path, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        name = "UTF-8" if encoding.startswith("utf-8") else encoding
        raise CannotRead(
            f"{path}: not {name}: byte 0x{data[error.start]:02x} at offset {error.start} (line {line})"
        ) from None
