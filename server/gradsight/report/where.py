"""Places as people count them: 1-based, relative to the working directory, by cell in a notebook."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gradsight.document import Document
from gradsight.text import Place, Position


@dataclass(frozen=True, slots=True)
class Where:
    """A place as it is shown."""

    path: str
    cell: int | None
    """1-based among all cells of a notebook; None elsewhere."""
    first_line: int
    """0-based line of the document from which lines are counted here."""
    start: Position
    """1-based, like `end`."""
    end: Position

    def __str__(self) -> str:
        cell = f"cell {self.cell}:" if self.cell is not None else ""
        return f"{self.path}:{cell}{self.start.line}:{self.start.column}"


def where(documents: Mapping[str, Document], place: Place) -> Where:
    """How to show a place."""
    first_line, cell = 0, None
    document = documents[place.path]
    if document.is_notebook and (found := document.cell_of(place.range.start.line)):
        first_line, cell = found.first_line, found.index
    return Where(shown_path(place.path), cell, first_line, *(_counted(at, first_line) for at in _ends(place)))


def _ends(place: Place) -> tuple[Position, Position]:
    return place.range.start, place.range.end


def _counted(position: Position, first_line: int) -> Position:
    return Position(position.line - first_line + 1, position.column + 1)


def shown_path(path: str) -> str:
    """A path relative to the working directory, where there is a way."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        return path
    return Path(relative).as_posix()
