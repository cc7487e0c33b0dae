"""What Gradsight says: findings, their related places and their fixes. Frozen values; no LSP, no torch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from gradsight.text import Place, Range


class Severity(Enum):
    """What follows if nothing is done. The order is from worst to mildest."""

    ERROR = "error"
    """PyTorch raises here, or at the `backward()` that the finding names."""
    WARNING = "warning"
    """The program runs, and trains wrongly or not at all."""
    INFORMATION = "information"
    """Legal, but not what people usually expect."""
    HINT = "hint"
    """A fragile style that works today; kept off the list of problems."""

    @property
    def rank(self) -> int:
        """0 for error up to 3 for hint."""
        return list(Severity).index(self)


class Certainty(Enum):
    """How Gradsight knows."""

    OBSERVED = "observed"
    """The probe saw it happen."""
    CERTAIN = "certain"
    """It happens on every path that reaches the place."""
    POSSIBLE = "possible"
    """It happens on some path that reaches the place."""


class Safety(Enum):
    """What accepting a fix does to the program."""

    SAFE = "safe"
    """The same values are computed as the program was meant to compute before."""
    CHANGES_TRAINING = "changes training"
    """Values, gradients or what is trained become different."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text at `place` by `new_text`."""

    place: Place
    new_text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A minimal change that makes the finding go away."""

    title: str
    safety: Safety
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that has a part in the finding; listed in the order of the flow."""

    message: str
    place: Place


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to tell the user, at the place that causes it."""

    code: str
    name: str
    severity: Severity
    certainty: Certainty
    message: str
    place: Place
    related: tuple[Related, ...] = ()
    fixes: tuple[Fix, ...] = ()

    @property
    def range(self) -> Range:
        """Where the squiggle goes."""
        return self.place.range

    def places(self) -> Iterator[Place]:
        """Its place, those of related locations, and those of the edits of its fixes, in this order."""
        yield self.place
        yield from (related.place for related in self.related)
        yield from (edit.place for fix in self.fixes for edit in fix.edits)

    def with_fixes(self, *fixes: Fix) -> Finding:
        """This finding with `fixes` behind the ones it has."""
        return replace(self, fixes=self.fixes + fixes)

    def with_severity(self, severity: Severity) -> Finding:
        """This finding, as loud as the user wants it."""
        return replace(self, severity=severity)
