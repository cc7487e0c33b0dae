"""Reading marked programs: what each one promises about itself, in its own comments.

Lines at the top say what PyTorch does: `# runs: raises RuntimeError: modified by an inplace` or
`# runs: weight.grad is None` (an expression over the names that the program leaves, True where the symptom
shows); `# fixed: ...` likewise for the program after its quick fixes (`raises nothing` where running is
enough, `none` where no fix can be offered); `# expect-silent` for correct programs; `# why: ...` gives the
reason of whatever departs from the four proofs.

Markers stand behind the code they mean and quote it: ``# expect[GS302] `y += 1` `` is reported by reading
and by running, ``static[...]`` and ``probe[...]`` by that side alone. A severity may follow the code
(``expect[GS402 warning]``), ``@2`` after the quote means its second occurrence on the line, and a quote that
ends in `...` goes on below.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

CASES = Path(__file__).parents[1] / "cases"

_HEADER = re.compile(r"# (runs|fixed|why): (.+)|# (expect-silent)\s*$")
_MARKERS = re.compile(r"#\s*((?:expect|static|probe)\[.*)$")
_MARKER = re.compile(r"(expect|static|probe)\[(GS\d{3})(?: (error|warning|information|hint))?\] `([^`]+)`(?:@(\d+))?")


@dataclass(frozen=True)
class Marker:
    """One promised finding: 0-based line and columns; `end` None where the range goes on below."""

    side: str
    code: str
    severity: str | None
    line: int
    start: int
    end: int | None
    text: str

    def on(self, side: str) -> bool:
        return self.side in ("expect", side)


@dataclass(frozen=True)
class Case:
    """A program and its promises."""

    path: Path
    text: str
    runs: str | None
    fixed: str | None
    why: str | None
    silent: bool
    markers: tuple[Marker, ...]

    @property
    def check(self) -> str:
        """The name of the check that the program is about."""
        return self.path.parent.name

    def expected(self, side: str) -> tuple[Marker, ...]:
        """What `static` or `probe` has to report."""
        return tuple(marker for marker in self.markers if marker.on(side))


def read_markers(text: str) -> tuple[Marker, ...]:
    """The markers of a text. Raises ValueError where a quote is not on its line."""
    markers = []
    for number, line in enumerate(text.split("\n")):
        comment = _MARKERS.search(line)
        if comment is None:
            continue
        parts = list(_MARKER.finditer(comment.group(1)))
        if not parts:
            raise ValueError(f"line {number + 1}: a marker that cannot be read: {comment.group(1)}")
        for part in parts:
            side, code, severity, quote, nth = part.groups()
            goes_on = quote.endswith("...") and quote not in line[: comment.start()]
            start = _find(line[: comment.start()], quote[:-3].rstrip() if goes_on else quote, int(nth or 1))
            if start < 0:
                raise ValueError(f"line {number + 1}: `{quote}` is not there")
            end = None if goes_on else start + len(quote)
            markers.append(Marker(side, code, severity, number, start, end, quote))
    return tuple(markers)


def _find(code: str, quote: str, nth: int) -> int:
    at = -1
    for _ in range(nth):
        at = code.find(quote, at + 1)
        if at < 0:
            break
    return at


def read_case(path: Path) -> Case:
    """One marked program. Raises ValueError where its promises are incomplete."""
    text = path.read_text(encoding="utf-8")
    header: dict[str, str] = {}
    for line in text.split("\n"):
        match = _HEADER.match(line)
        if match is None:
            if line.startswith("#"):
                continue
            break
        header[match.group(1) or match.group(3)] = match.group(2) or ""
    silent = "expect-silent" in header
    case = Case(
        path, text, header.get("runs"), header.get("fixed"), header.get("why"), silent, read_markers(text)
    )
    if silent and case.runs is not None:
        raise ValueError(f"{path.name}: a silent program has no symptom")
    if not silent and (case.runs is None or case.fixed is None or not case.markers):
        raise ValueError(f"{path.name}: says neither expect-silent nor all of runs, fixed and a marker")
    one_sided = not silent and (case.fixed == "none" or any(marker.side != "expect" for marker in case.markers))
    if one_sided and case.why is None:
        raise ValueError(f"{path.name}: departs from the four proofs without a why")
    return case


def all_cases() -> list[Case]:
    """Every marked program, by path."""
    return [read_case(path) for path in sorted(CASES.glob("*/*.py"))]


def case_id(case: Case) -> str:
    """How test reports name a case."""
    return f"{case.check}/{case.path.stem}"
