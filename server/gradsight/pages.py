"""The page of a check: as a document, as a link, and in short.

`python -m gradsight.pages FOLDER` writes one document per check.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path

from gradsight.checks import all_checks
from gradsight.checks.define import Check

FOLDER = Path(__file__).parents[2] / "docs" / "checks"
"""Where the documents lie beside this package: in the repository and in the editor's extension alike."""


@cache
def by_code() -> dict[str, Check]:
    """All checks by code."""
    return {check.code: check for check in all_checks()}


def document(check: Check) -> str:
    """The page as Markdown."""
    title, _, body = (check.page or "").strip().partition("\n")
    head = f"# {check.code}: {check.name}\n\n{title}\n\nUsual severity: {check.severity.value}.\n"
    return f"{head}{body.rstrip()}\n"


def link(code: str) -> str | None:
    """A link to the page that an editor can open; None where the documents are not installed."""
    page = FOLDER / f"{code}.md"
    return page.as_uri() if page.is_file() else None


def in_short(check: Check) -> str:
    """The title and the first paragraph of what happens."""
    match = re.search(r"^## What happens\n+(.+?)(?:\n\s*\n|\Z)", check.page or "", re.MULTILINE | re.DOTALL)
    return f"{check.title}\n\n{match[1].strip()}" if match else check.title


def write(folder: Path) -> None:
    """Writes every page into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for check in all_checks():
        (folder / f"{check.code}.md").write_text(document(check), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
