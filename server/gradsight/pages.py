"""The page of a check: as a link, and in short."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from gradsight.checks import all_checks
from gradsight.checks.define import Check

FOLDER = Path(__file__).parents[2] / "docs" / "checks"
"""Where the written pages lie beside this package: in the repository and in the editor's extension alike."""


@cache
def by_code() -> dict[str, Check]:
    """All checks by code."""
    return {check.code: check for check in all_checks()}


@cache
def link(code: str) -> str | None:
    """A link to the page that an editor can open; None where the pages are not installed."""
    check = by_code().get(code)
    page = FOLDER / f"{check.name}.md" if check else None
    return page.as_uri() if page is not None and page.is_file() else None


def in_short(check: Check) -> str:
    """The title and the first paragraph of what happens."""
    match = re.search(r"^## What happens\n+(.+?)(?:\n\s*\n|\Z)", check.page or "", re.MULTILINE | re.DOTALL)
    return f"{check.title}\n\n{match[1].strip()}" if match else check.title
