"""What a check is: one definition from which everything else is discovered or generated.

A check is one module in this package. Its docstring is the page that users read (docs,
`gradsight explain`, hover links), in fixed sections; its `CHECK` says the rest:

    \"\"\"A tensor that an op saved for backward is written in place.

    ## What happens
    ...
    ## Example
    ```python
    ...
    ```
    ## Instead
    ```python
    ...
    ```
    ## When it is fine
    ...
    \"\"\"
    CHECK = Check(code="GS302", name="in-place-on-saved-tensor", severity=Severity.ERROR,
                  message="`{write}` changes `{name}`, which ...", page=__doc__)

    @CHECK.finds
    def find(view: View) -> Iterator[Finding]:
        ...
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import TYPE_CHECKING

from gradsight.autograd.events import Event, Trace
from gradsight.finding import Certainty, Finding, Fix, Related, Severity
from gradsight.text import Place

if TYPE_CHECKING:
    from gradsight.checks.view import View

SECTIONS = ("What happens", "Example", "Instead", "When it is fine")


@dataclass(kw_only=True)
class Check:
    """One pattern that Gradsight finds. Raises ValueError where the definition is incomplete."""

    code: str
    """`GS` and three digits; stable for ever."""
    name: str
    """Names the pattern, so that "ignore graph-cut-by-detach" reads well."""
    severity: Severity
    """The usual severity; a finding may carry another where the consequence differs."""
    message: str
    """One or two sentences with named fields in braces, filled with the user's own names."""
    page: str | None
    variants: Mapping[str, str] = field(default_factory=dict)
    """Other messages, by key, for forms of the pattern that need other words."""
    static: bool = True
    """Whether reading the source can find it."""
    probe: bool = True
    """Whether running the program can find it."""
    pointless: bool = False
    """Whether the marked code does nothing at all; editors fade it."""
    _find: Callable[[View], Iterator[Finding]] | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"GS\d{3}", self.code):
            raise ValueError(f"{self.code!r} is not a code")
        if not re.fullmatch(r"[a-z]+(-[a-z]+)+", self.name):
            raise ValueError(f"{self.code}: {self.name!r} is not a name")
        headings = re.findall(r"^## (.+)$", self.page or "", re.MULTILINE)
        missing = [section for section in SECTIONS if section not in headings]
        if missing:
            raise ValueError(f"{self.code}: the page lacks {', '.join(missing)}")

    @property
    def title(self) -> str:
        """The first line of the page."""
        return (self.page or "").strip().splitlines()[0]

    def finds(self, find: Callable[[View], Iterator[Finding]]) -> Callable[[View], Iterator[Finding]]:
        """Marks the function that reads a trace and yields findings."""
        self._find = find
        return find

    def run(self, view: View) -> Iterator[Finding]:
        """The findings of this check in one trace; nothing where its producer cannot show the pattern."""
        applies = self.probe if view.trace.observed else self.static
        if self._find is None or not applies:
            return iter(())
        return self._find(view)

    def fields(self, variant: str | None = None) -> frozenset[str]:
        """The fields of a message."""
        return frozenset(name for _, name, _, _ in Formatter().parse(self._template(variant)) if name)

    def _template(self, variant: str | None) -> str:
        return self.variants[variant] if variant else self.message

    def finding(
        self,
        place: Place,
        trace: Trace,
        *events: Event,
        variant: str | None = None,
        severity: Severity | None = None,
        related: Iterable[Related] = (),
        fixes: Iterable[Fix] = (),
        certain: bool = True,
        **words: object,
    ) -> Finding:
        """A finding at `place` that rests on `events`; `words` fill the fields of the message, exactly.

        It is `observed` in a trace of the probe; otherwise `certain` if every event happens wherever
        the first one's path leads (no event lies under a condition that the last one does not share)
        and `certain` is left True, else `possible`.
        """
        template, fields = self._template(variant), self.fields(variant)
        if fields != words.keys():
            raise ValueError(f"{self.code}: message wants {sorted(fields)}, got {sorted(words)}")
        if trace.observed:
            certainty = Certainty.OBSERVED
        elif certain and (not events or all(set(event.branch) <= set(events[-1].branch) for event in events)):
            certainty = Certainty.CERTAIN
        else:
            certainty = Certainty.POSSIBLE
        return Finding(
            code=self.code,
            name=self.name,
            severity=severity or self.severity,
            certainty=certainty,
            message=template.format(**words),
            place=place,
            related=tuple(related),
            fixes=tuple(fixes),
        )
