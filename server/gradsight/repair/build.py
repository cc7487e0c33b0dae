"""From edits to a `Fix`, never to one that breaks the program's syntax."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace as changed

from gradsight.document import Document
from gradsight.finding import Edit, Fix, Safety
from gradsight.syntax.parse import parse
from gradsight.text import Place, Position, Range, apply_edits

Change = tuple[Range, str]
"""A range of the document and what it becomes; line ends are `\\n` here."""


def build(document: Document, title: str, safety: Safety, changes: Iterable[Change]) -> Fix | None:
    """The fix that makes all `changes`; None if there are none, if they overlap, or if the result does not parse."""
    wanted = sorted({(span, new) for span, new in changes if document.lines.slice(span) != new})
    if not wanted or not _parses(document, wanted):
        return None
    newline = document.lines.newline
    edits = tuple(Edit(Place(document.path, span), new.replace("\n", newline)) for span, new in wanted)
    return Fix(title, safety, edits)


def combined(document: Document, title: str, *fixes: Fix | None, safety: Safety | None = None) -> Fix | None:
    """One fix that makes the edits of all; None where one of them is None or they contradict each other.

    It is safe if all are, unless `safety` says otherwise.
    """
    if not fixes or any(fix is None for fix in fixes):
        return None
    known = [fix for fix in fixes if fix is not None]
    if any(edit.place.path != document.path for fix in known for edit in fix.edits):
        return None
    if safety is None:
        safe = all(fix.safety is Safety.SAFE for fix in known)
        safety = Safety.SAFE if safe else Safety.CHANGES_TRAINING
    newline = document.lines.newline
    changes = [(edit.place.range, edit.new_text.replace(newline, "\n")) for fix in known for edit in fix.edits]
    return build(document, title, safety, changes)


def retitled(fix: Fix | None, title: str) -> Fix | None:
    """The same fix under another title."""
    return None if fix is None else changed(fix, title=title)


def _parses(document: Document, changes: list[Change]) -> bool:
    """Whether the statements that `changes` touch have no more broken parts afterwards than before."""
    first = min(span.start.line for span, _ in changes)
    end = max(span.end.line for span, _ in changes) + 1
    touched = [placed for placed in document.chunks if placed.line < end and placed.end > first]
    if touched:
        first = min(first, touched[0].line)
        end = max(end, touched[-1].end)
    # One more line, so that a change may end at the beginning of the line after the last.
    text = "\n".join([*document.code_lines[first:end], ""])
    try:
        after = apply_edits(text, [(span.moved(-first), new) for span, new in changes])
    except ValueError:
        return False
    return len(parse(after)[1]) <= sum(len(placed.chunk.broken) for placed in touched)


def at(position: Position) -> Range:
    """The empty range at a position, to insert there."""
    return Range(position, position)
