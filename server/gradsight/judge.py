"""Findings of the parts of a walk, and those of an earlier walk wherever a part is the same."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from gradsight.checks import all_checks
from gradsight.checks.view import View
from gradsight.document import Document
from gradsight.finding import Edit, Finding, Fix, Related
from gradsight.static import Part, Walk
from gradsight.text import Place

logger = logging.getLogger(__name__)


_WHOLE = frozenset({"text", "chunks", "code", "code_lines", "broken", "cells"})


class _Watched:
    """A document that notes whether somebody looked at all of it, not only at what stands at a place."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.seen = False

    def __getattr__(self, name: str) -> Any:
        if name in _WHOLE:
            self.seen = True
        return getattr(self._document, name)


@dataclass(frozen=True)
class Found:
    """What the checks said of one part."""

    findings: tuple[Finding, ...]
    texts: frozenset[str]
    """The documents of which they looked at all, by path."""


@dataclass(frozen=True)
class Judged:
    """What the checks said of each part of a walk, and the texts that their places count in."""

    found: Mapping[Part, Found] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    grad_names: frozenset[str] = frozenset()
    complete: bool = True

    def findings(self) -> Iterator[Finding]:
        """Those of all parts."""
        for found in self.found.values():
            yield from found.findings


def judge(walk: Walk, documents: Mapping[str, Document], previous: Judged | None, strict: bool) -> Judged:
    """The findings of a walk; `previous` are those of an earlier walk, reused where they still hold."""
    complete = walk.trace.complete
    if previous is None or previous.grad_names != walk.grad_names or previous.complete != complete:
        previous = Judged()
    moves = _Moves(previous.documents, documents)
    found: dict[Part, Found] = {}
    for part in walk.parts:
        kept = previous.found.get(part)
        moved = None if kept is None else moves.carried(kept)
        if moved is None:
            trace = walk.trace if len(walk.parts) == 1 else part.trace(complete=complete)
            watched = {path: _Watched(document) for path, document in documents.items()}
            findings = tuple(found_in(View(trace, cast(Mapping[str, Document], watched)), strict))
            moved = Found(findings, frozenset(path for path, each in watched.items() if each.seen))
        found[part] = moved
    return Judged(found, documents, walk.grad_names, complete)


def found_in(view: View, strict: bool) -> Iterator[Finding]:
    """What all checks find in one trace."""
    for check in all_checks():
        try:
            yield from list(check.run(view))
        except Exception:
            if strict:
                raise
            logger.exception("%s failed", check.code)


class _Moves:
    """Carries places over to edited texts in which their statements stand unchanged, perhaps on other lines."""

    def __init__(self, old: Mapping[str, Document], new: Mapping[str, Document]) -> None:
        self._old, self._new = old, new

    def carried(self, found: Found) -> Found | None:
        """The same findings in the new texts; None where that is not sure."""
        if any(self._is_other(path) for path in found.texts):
            return None
        moved = []
        for finding in found.findings:
            lines = {place.path: set[int | None]() for place in finding.places()}
            for place in finding.places():
                lines[place.path].add(self._lines(place))
            if any(len(each) > 1 or None in each for each in lines.values()):
                return None
            by_path = {path: next(iter(each)) or 0 for path, each in lines.items()}
            moved.append(_moved(finding, by_path) if any(by_path.values()) else finding)
        return Found(tuple(moved), found.texts)

    def _is_other(self, path: str) -> bool:
        old, new = self._old.get(path), self._new.get(path)
        return old is None or new is None or (old is not new and old.text != new.text)

    def _lines(self, place: Place) -> int | None:
        """How far the statements around a place moved; None if they are others now."""
        old, new = self._old.get(place.path), self._new.get(place.path)
        if old is None or new is None:
            return None
        if old is new:
            return 0
        first, last = old.chunk_before(place.range.start.line), old.chunk_before(place.range.end.line)
        if first is None or last is None:
            return None
        here, there = new.placed(first.chunk), new.placed(last.chunk)
        if here is None or there is None or here.line - first.line != there.line - last.line:
            return None
        return here.line - first.line


def _moved(finding: Finding, lines: Mapping[str, int]) -> Finding:
    def place(old: Place) -> Place:
        return Place(old.path, old.range.moved(lines[old.path]))

    return replace(
        finding,
        place=place(finding.place),
        related=tuple(Related(each.message, place(each.place)) for each in finding.related),
        fixes=tuple(
            Fix(fix.title, fix.safety, tuple(Edit(place(edit.place), edit.new_text) for edit in fix.edits))
            for fix in finding.fixes
        ),
    )
