"""Cells: the parts of a notebook, or of a file with `# %%` markers, and what in them is not Python."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from gradsight.syntax.lines import BLANK, LineScanner
from gradsight.syntax.reuse import common_ends

_LINE_END = re.compile(r"\r\n|\r|\n")
_MARKER = re.compile(r"[ \t]*#[ \t]*(?:%%+|<codecell>|In\[[\d ]*\])(?P<title>.*)", re.DOTALL)
_MARKDOWN = re.compile(r"\s*\[(?:markdown|md|raw)\]", re.IGNORECASE)
_LINE_MAGIC = re.compile(r"([ \t]*)(?:%[A-Za-z_]|!|\?)")
_RUNS_PYTHON = re.compile(
    r"[ \t]*%(?:time|timeit|prun|memit)[ \t]+(?:-[nr][ \t]*\d+[ \t]+|-[a-zA-Z]+[ \t]+)*(?=[A-Za-z_(\[])"
)
_ASSIGNED_MAGIC = re.compile(r"([ \t]*[\w, \t]+?=[ \t]*)(?:%[A-Za-z_]|!)")
_HELP = re.compile(r"([ \t]*)[\w.*]+\?{1,2}[ \t]*\Z")
_CELL_MAGIC = re.compile(r"[ \t]*%%[ \t]*(\w+)")
_PYTHON_CELL_MAGICS = frozenset({"capture", "memit", "prun", "py3", "python3", "time", "timeit"})
MAGIC = "__magic__"
"""The name in place of what an IPython magic gives; no program defines it, so its value is unknown."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One code cell."""

    index: int
    """1-based among all cells of the file, those of prose too."""
    first_line: int
    """Its first line in the document; that of the marker, if it has one."""
    end_line: int
    """The line after its last one."""
    title: str | None = None
    marker_line: int | None = None
    key: str | None = None
    """What the editor calls it (its URI); None in files."""
    is_code: bool = True
    """False for a cell of prose between `# %%` markers."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The code cells of a notebook as one program."""

    text: str
    """What the user sees, cell after cell."""
    lines: tuple[str, ...]
    """The same lines with everything that is not Python replaced, columns kept."""
    cells: tuple[Cell, ...]


def marked_cells(lines: Sequence[str]) -> tuple[Cell, ...]:
    """The cells of a file with `# %%` markers; none where it has no marker."""
    marks = [(line, match) for line, text in enumerate(lines) if "#" in text and (match := _MARKER.match(text))]
    if not marks:
        return ()
    cells: list[Cell] = []
    if any(not BLANK.match(text) for text in lines[: marks[0][0]]):
        cells.append(Cell(1, 0, marks[0][0]))
    ends = [line for line, _ in marks[1:]] + [len(lines)]
    for (line, match), end in zip(marks, ends, strict=True):
        title = match["title"].strip()
        prose = _MARKDOWN.match(match["title"])
        cells.append(Cell(len(cells) + 1, line, end, title or None, line, None, not prose))
    return tuple(cells)


def notebook_cells(content: str) -> list[tuple[str | None, str | None]]:
    """(None, source) of each cell in the JSON of an .ipynb file, source None for cells without Python code.

    Raises ValueError where it is not a notebook.
    """
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not a notebook: {error}") from None
    if isinstance(notebook, dict) and "cells" not in notebook and isinstance(notebook.get("worksheets"), list):
        raise ValueError("a notebook of format 3 or older; open and save it with a current Jupyter first")
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise ValueError("not a notebook: it has no list of cells")
    found: list[tuple[str | None, str | None]] = []
    for number, cell in enumerate(cells, start=1):
        if not isinstance(cell, dict):
            raise ValueError(f"not a notebook: cell {number} is no object")
        source = cell.get("source", "")
        if isinstance(source, list):
            source = "".join(map(str, source))
        if not isinstance(source, str):
            raise ValueError(f"not a notebook: the source of cell {number} is no text")
        found.append((None, source if cell.get("cell_type") == "code" else None))
    return found


def join_cells(cells: Sequence[tuple[str | None, str | None]]) -> Joined:
    """One program out of (key, source) cells in their order; a source of None counts as a cell without code."""
    texts: list[str] = []
    lines: list[str] = []
    found: list[Cell] = []
    for index, (key, source) in enumerate(cells, start=1):
        if source is None:
            continue
        shown = _LINE_END.split(source)
        found.append(Cell(index, len(lines), len(lines) + len(shown), key=key))
        texts.append("\n".join(shown))
        lines += without_magics(shown)
    return Joined("\n".join(texts), tuple(lines) if lines else ("",), tuple(found))


def cut_again(cells: Sequence[Cell], old: str, new: str) -> list[tuple[str | None, str | None]]:
    """(key, source) of the cells of a notebook whose joined text `old` has become `new`."""
    before, after = (_LINE_END.split(text) for text in (old, new))
    head, tail = common_ends(before, after)
    moved = len(after) - len(before)
    found: list[tuple[str | None, str | None]] = []
    start = 0
    for cell in cells:
        end = cell.end_line
        if end >= len(before) - tail and end > head:
            end += moved
        elif end > head:
            end = min(end, len(after) - tail)
        end = len(after) if cell is cells[-1] else max(end, start)
        found += [(None, None)] * (cell.index - len(found) - 1)
        # A cell that has lost its last line is gone.
        found.append((cell.key, "\n".join(after[start:end]) if start < end else None))
        start = end
    return found


def without_magics(lines: Sequence[str]) -> list[str]:
    """The lines of one cell with IPython's own syntax replaced by Python on the same lines and columns."""
    found = list(lines)
    for number, text in enumerate(found):
        if BLANK.match(text):
            continue
        magic = _CELL_MAGIC.match(text)
        if magic is None:
            break
        if magic[1] not in _PYTHON_CELL_MAGICS:
            return [""] * len(found)
        found[number] = ""
    scanner, number = LineScanner(found), 0
    while number < len(found):
        below = number + 1
        if not BLANK.match(found[number]):
            python = _python_of(found[number])
            if python is None:
                below = scanner.logical(number, len(found)).end
            else:
                continued = found[number].endswith("\\") and not _RUNS_PYTHON.match(found[number])
                found[number] = python
                while continued and below < len(found):
                    continued = found[below].endswith("\\")
                    found[below] = ""
                    below += 1
        number = below
    return found


def _python_of(text: str) -> str | None:
    """What stands for a line that begins a statement of IPython's; None for one of Python's."""
    if "%" not in text and "!" not in text and "?" not in text:
        return None
    if runs := _RUNS_PYTHON.match(text):
        # A form feed starts the indentation anew, so that the statement keeps its column.
        white = len(text) - len(text.lstrip(" \t"))
        return " " * (runs.end() - white - 1) + "\f" + text[:white] + text[runs.end() :]
    if magic := _LINE_MAGIC.match(text) or _HELP.match(text):
        return magic[1] + "pass"
    if magic := _ASSIGNED_MAGIC.match(text):
        return magic[1] + MAGIC
    return None
