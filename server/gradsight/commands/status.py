"""Exit statuses."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from gradsight.finding import Finding, Severity

CLEAN = 0
"""Nothing at warning level or above."""
FOUND = 1
"""Something at warning level or above."""
FAILED = 2
"""It could not run."""


def of(findings: Iterable[Finding]) -> int:
    """The exit status that goes with these findings."""
    return FOUND if any(finding.severity.rank <= Severity.WARNING.rank for finding in findings) else CLEAN


def complain(message: str) -> int:
    """Prints one line on standard error; returns the exit status that goes with it."""
    print(f"gradsight: {' '.join(message.split())}", file=sys.stderr)
    return FAILED
