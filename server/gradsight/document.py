"""One source text as the analysis sees it: its lines, its top-level statements, its cells.

A document never changes; an edit gives another one.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from gradsight.syntax.cells import Cell, cut_again, join_cells, marked_cells, notebook_cells
from gradsight.syntax.chunks import Chunk, Piece, Placed, split
from gradsight.syntax.found import Found, smallest
from gradsight.syntax.ranges import range_of
from gradsight.syntax.reuse import common_ends, match_texts
from gradsight.text import WHOLE_TEXT, LineMap, Place, Range, Site


class Document:
    """A file, an unsaved buffer, or the code cells of a notebook joined in their order."""

    path: str
    """Whatever the document is called: a file path or a URI."""
    text: str
    """What the user sees; for a notebook its code cells joined by line ends."""
    lines: LineMap
    chunks: tuple[Placed, ...]
    """The top-level statements in their order."""
    cells: tuple[Cell, ...]
    """Empty for a file without cells."""
    code_lines: Sequence[str]
    """The lines that are parsed: those of the text, in a notebook with magics replaced."""
    is_notebook: bool
    """Whether lines are to be shown to people by cell."""

    def __init__(self, path: str, text: str, code: Sequence[str], cells: tuple[Cell, ...], is_notebook: bool) -> None:
        """Use one of the class methods instead."""
        self.path, self.text, self.cells, self.is_notebook = path, text, cells, is_notebook
        self.lines = LineMap(text)
        self.chunks = ()
        self.code_lines = code
        self._next_serial = 0

    @classmethod
    def from_text(cls, path: str, text: str) -> Document:
        """A Python file."""
        document = cls._of_text(path, text)
        document._chunk_anew(())
        return document

    @classmethod
    def from_notebook(cls, path: str, content: str) -> Document:
        """An .ipynb file. Raises ValueError, with a message for people, where it is not one."""
        return cls.from_cells(path, notebook_cells(content))

    @classmethod
    def from_cells(cls, path: str, cells: Sequence[tuple[str | None, str | None]]) -> Document:
        """A notebook as (key, source) in the order of its cells; a source of None counts as a cell without code."""
        document = cls._of_cells(path, cells)
        document._chunk_anew(())
        return document

    @classmethod
    def _of_text(cls, path: str, text: str) -> Document:
        code = text.split("\n") if "\r" not in text else re.split("\r\n|\r|\n", text)
        cells = marked_cells(code) if "%%" in text or "<codecell>" in text or "# In[" in text else ()
        return cls(path, text, code, cells, False)

    @classmethod
    def _of_cells(cls, path: str, cells: Sequence[tuple[str | None, str | None]]) -> Document:
        joined = join_cells(cells)
        return cls(path, joined.text, joined.lines, joined.cells, True)

    def edited(self, text: str) -> Document:
        """The same file with another text. Statements that stay the same stay the same `Chunk`.

        In a notebook the borders of cells stay where the text around them stays.
        """
        if self.is_notebook:
            return self.edited_cells(cut_again(self.cells, self.text, text))
        document = self._of_text(self.path, text)
        document._next_serial = self._next_serial
        document._chunk_from(self)
        return document

    def edited_cells(self, cells: Sequence[tuple[str | None, str | None]]) -> Document:
        """The same notebook with other cells. Statements that stay the same stay the same `Chunk`."""
        document = self._of_cells(self.path, cells)
        document._next_serial = self._next_serial
        document._chunk_anew(self.chunks)
        return document

    def unparsed(self) -> Document:
        """The same document without the trees that were parsed of it so far, which take most of its memory."""
        other = Document(self.path, self.text, self.code_lines, self.cells, self.is_notebook)
        bare = (replace(placed, chunk=Chunk(placed.chunk.serial, placed.chunk.text)) for placed in self.chunks)
        other.chunks = tuple(bare)
        other._next_serial = self._next_serial
        return other

    def _chunk_anew(self, old: Sequence[Placed]) -> None:
        """Splits the whole text, and takes over chunks of `old`."""
        if self.is_notebook:
            pieces = [piece for cell in self.cells for piece in split(self.code_lines, cell.first_line, cell.end_line)]
        else:
            pieces = list(split(self.code_lines, 0, len(self.code_lines)))
        self.chunks = tuple(self._place(pieces, old))

    def _chunk_from(self, old: Document) -> None:
        """Splits only what changed between `old` and this document."""
        head, tail = common_ends(old.code_lines, self.code_lines)
        moved = len(self.code_lines) - len(old.code_lines)
        kept = 0
        for placed in old.chunks:
            if placed.reach > head:
                break
            kept += 1
        start = old.chunks[kept - 1].end if kept else 0
        old_starts = {placed.line + moved: number for number, placed in enumerate(old.chunks)}
        pieces: list[Piece] = []
        rest = len(old.chunks)
        for piece in split(self.code_lines, start, len(self.code_lines)):
            if piece.line >= len(self.code_lines) - tail and piece.line in old_starts:
                rest = old_starts[piece.line]
                break
            pieces.append(piece)
        middle = self._place(pieces, old.chunks[kept:rest])
        self.chunks = (*old.chunks[:kept], *middle, *(placed.moved(moved) for placed in old.chunks[rest:]))

    def _place(self, pieces: Sequence[Piece], old: Sequence[Placed]) -> list[Placed]:
        """Makes chunks of `pieces`, taking over those of `old` with equal text, and the serial of a replaced one."""
        texts = ["\n".join(self.code_lines[piece.line : piece.end]) for piece in pieces]
        placed = []
        for piece, text, match in zip(pieces, texts, match_texts([p.chunk.text for p in old], texts), strict=True):
            if match is None:
                chunk = Chunk(self._next_serial, text)
                self._next_serial += 1
            else:
                chunk = old[match].chunk
                if chunk.text != text:
                    chunk = Chunk(chunk.serial, text)
            placed.append(Placed(chunk, piece.line, piece.end, piece.reach))
        return placed

    @cached_property
    def _by_serial(self) -> dict[int, Placed]:
        return {placed.chunk.serial: placed for placed in self.chunks}

    @cached_property
    def _starts(self) -> list[int]:
        return [placed.line for placed in self.chunks]

    @property
    def code(self) -> str:
        """The text as Python reads it: what of a notebook is not Python is replaced, lines and columns kept."""
        return "\n".join(self.code_lines)

    @cached_property
    def broken(self) -> tuple[Range, ...]:
        """Statements that do not parse."""
        return tuple(span.moved(placed.line) for placed in self.chunks for span in placed.chunk.broken)

    def locate(self, site: Site) -> Place:
        """Where a site is now. Raises KeyError if its chunk is not in this document."""
        if site.chunk == WHOLE_TEXT:
            return Place(site.path, site.range)
        return Place(site.path, site.range.moved(self._by_serial[site.chunk].line))

    def site(self, serial: int, node: ast.AST) -> Site:
        """The place of a node of the chunk with this serial."""
        return Site(self.path, serial, range_of(node))

    def cell_of(self, line: int) -> Cell | None:
        """The cell that holds a line."""
        number = bisect_right([cell.first_line for cell in self.cells], line) - 1
        return self.cells[number] if number >= 0 and line < self.cells[number].end_line else None

    def chunk_at(self, line: int) -> Placed | None:
        """The chunk that holds a line."""
        number = bisect_right(self._starts, line) - 1
        return self.chunks[number] if number >= 0 and line < self.chunks[number].end else None

    def chunk_before(self, line: int) -> Placed | None:
        """The chunk that holds a line, or the last one before it."""
        number = bisect_right(self._starts, line) - 1
        return self.chunks[number] if number >= 0 else None

    def by_serial(self, serial: int) -> Placed | None:
        """The chunk with this serial, if it is still there."""
        return self._by_serial.get(serial)

    def placed(self, chunk: Chunk) -> Placed | None:
        """Where a chunk stands in this document; None if it has changed or is gone."""
        found = self._by_serial.get(chunk.serial)
        return found if found is not None and found.chunk is chunk else None

    def find(self, span: Range) -> Found | None:
        """The smallest node that covers a range; None outside statements and across them."""
        placed = self.chunk_at(span.start.line)
        if placed is None:
            return None
        way = smallest(placed.chunk.body, span.moved(-placed.line))
        return None if way is None else Found(way[0], way[1], self.lines, placed.line)

    def node_at(self, span: Range) -> ast.AST | None:
        """The smallest node that covers exactly this range."""
        found = self.find(span)
        return found.node if found is not None and found.range == span else None
