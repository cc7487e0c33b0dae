"""Which checks the user wants to hear, how loud, and in which files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import PurePath

from gradsight.finding import Finding, Severity

EVERYTHING_WORD = "all"
"""The selector that means every check."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What is reported. A selector is `all`, a code, the beginning of one (`GS3`), or a name."""

    select: tuple[str, ...] = (EVERYTHING_WORD,)
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity | None] = field(default_factory=dict)
    """Other severities, by selector; None switches off."""
    per_file: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(pattern, selectors) pairs: what is ignored in the files that match the pattern."""
    root: str | None = None
    """The folder that patterns count from."""

    def heard(self, findings: Iterable[Finding]) -> Iterable[Finding]:
        """The findings that are wanted, with the severity that is wanted."""
        hidden = _PerFile(self)
        for finding in findings:
            severity = self._severity(finding)
            if severity is None or hidden(finding) or not self.wants(finding.code, finding.name):
                continue
            yield finding if severity is finding.severity else finding.with_severity(severity)

    def wants(self, code: str, name: str) -> bool:
        """Whether a check is selected; of `select` and `ignore` the more specific one decides."""
        return _specificity(self.select, code, name) > _specificity(self.ignore, code, name)

    def hears(self, code: str, name: str, path: str) -> bool:
        """Whether anything of a check would be heard in a file."""
        if not self.wants(code, name) or _specificity(_PerFile(self).selectors(path), code, name) >= 0:
            return False
        best = max(self.severity, key=lambda selector: _weight(selector, code, name), default=None)
        return best is None or _weight(best, code, name) < 0 or self.severity[best] is not None

    def _severity(self, finding: Finding) -> Severity | None:
        chosen: Severity | None = finding.severity
        best = -1
        for selector, severity in self.severity.items():
            if (weight := _weight(selector, finding.code, finding.name)) > best:
                chosen, best = severity, weight
        return chosen


class _PerFile:
    """Answers whether a finding lies in a file that does not want it, matching each path once."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self.by_path: dict[str, tuple[str, ...]] = {}

    def __call__(self, finding: Finding) -> bool:
        if not self.selection.per_file:
            return False
        path = finding.place.path
        if path not in self.by_path:
            self.by_path[path] = self.selectors(path)
        return _specificity(self.by_path[path], finding.code, finding.name) >= 0

    def selectors(self, path: str) -> tuple[str, ...]:
        """What is ignored in a file."""
        file = PurePath(os.path.realpath(path))
        if self.selection.root is not None and file.is_relative_to(self.selection.root):
            file = file.relative_to(self.selection.root)
        names = (file.as_posix(), file.name)
        return tuple(
            selector
            for pattern, selectors in self.selection.per_file
            if any(fnmatch(name, pattern) for name in names)
            for selector in selectors
        )


def _weight(selector: str, code: str, name: str) -> int:
    """How specific a selector is for a check; -1 where it does not mean it."""
    if selector.lower() == EVERYTHING_WORD:
        return 0
    if selector == name:
        return len(code)
    return len(selector) if selector and code.startswith(selector) else -1


def _specificity(selectors: Iterable[str], code: str, name: str) -> int:
    return max((_weight(selector, code, name) for selector in selectors), default=-1)
