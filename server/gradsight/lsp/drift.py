"""What a run showed, carried along while the text changes under it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from gradsight.finding import Edit, Finding, Fix, Related
from gradsight.text import Place, split_lines


@dataclass(frozen=True, slots=True)
class Drift:
    """How one state of a text became another: the lines from `first` to `end` (exclusive) were replaced."""

    path: str
    first: int
    end: int
    shift: int
    """How far the lines behind have moved."""

    @staticmethod
    def between(path: str, old: str, new: str) -> Drift:
        """The smallest run of lines whose replacement makes `new` of `old`."""
        before, after = split_lines(old), split_lines(new)
        shorter = min(len(before), len(after))
        first = next((line for line in range(shorter) if before[line] != after[line]), shorter)
        same = next(
            (line for line in range(shorter - first) if before[-1 - line] != after[-1 - line]),
            shorter - first,
        )
        return Drift(path, first, len(before) - same, len(after) - len(before))

    def follow(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The findings none of whose lines were touched, where they are now."""
        for finding in findings:
            places = [self.place(place) for place in finding.places()]
            if all(place is not None for place in places):
                moved = iter(place for place in places if place is not None)
                yield _with_places(finding, moved)

    def place(self, place: Place) -> Place | None:
        """Where a place is now; None where its lines were touched."""
        span = place.range
        if place.path != self.path or span.end.line < self.first:
            return place
        if span.start.line >= self.end:
            return Place(place.path, span.moved(self.shift))
        return None


def _with_places(finding: Finding, places: Iterator[Place]) -> Finding:
    """The finding with other places, in the order of `Finding.places`."""
    place = next(places)
    related = tuple(Related(each.message, next(places)) for each in finding.related)
    fixes = tuple(
        Fix(fix.title, fix.safety, tuple(Edit(next(places), edit.new_text) for edit in fix.edits))
        for fix in finding.fixes
    )
    return replace(finding, place=place, related=related, fixes=fixes)
