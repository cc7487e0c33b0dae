"""`gradsight explain`: the page of a check, or the list of all checks."""

from __future__ import annotations

import argparse
import difflib
import re
import sys

from gradsight.checks import all_checks
from gradsight.checks.define import Check
from gradsight.commands import status
from gradsight.report.colour import OF_SEVERITY, Paint, Style, wanted


def run(options: argparse.Namespace) -> int:
    """Prints what was asked for."""
    paint = Paint(wanted(sys.stdout))
    if options.check is None:
        for check in all_checks():
            print(f"{paint(check.code, OF_SEVERITY[check.severity])}  {check.name}  {paint(check.title, Style.DIM)}")
        return status.CLEAN
    found = _find(options.check)
    if found is None:
        return status.complain(f"no check is called {options.check!r}{_meant(options.check)}")
    print("\n".join(_page(found, paint)))
    return status.CLEAN


def _find(word: str) -> Check | None:
    return next((check for check in all_checks() if word.upper() == check.code or word.lower() == check.name), None)


def _meant(word: str) -> str:
    words = [known for check in all_checks() for known in (check.code, check.name)]
    near = difflib.get_close_matches(word, words, n=1) or difflib.get_close_matches(word.upper(), words, n=1)
    return f"; did you mean {near[0]}?" if near else "; `gradsight explain` lists them"


def _page(check: Check, paint: Paint) -> list[str]:
    style = OF_SEVERITY[check.severity]
    lines = [f"{paint(check.code, style)} {paint(check.name, Style.BOLD)} ({check.severity.value})", ""]
    for line in (check.page or "").strip().splitlines():
        heading = re.fullmatch(r"## (.+)", line)
        lines.append(paint(heading[1], Style.BOLD) if heading and paint.on else line)
    return lines
