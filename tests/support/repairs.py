"""Trying a repair on many forms of code. «main place» and ‹other place› mark what it is about.

Each case is also run with Windows line ends, inside an indented block, and behind a line with wide characters.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from gradsight.document import Document
from gradsight.finding import Fix
from gradsight.text import LineMap, Place, Range, apply_edits

IMPORTS = "import math\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n"
Repair = Callable[[Document, list[Place], list[Place]], Fix | None]


def marked(text: str) -> tuple[str, list[Place], list[Place]]:
    found: dict[str, list[tuple[int, int]]] = {"«": [], "‹": []}
    opened: list[tuple[str, int]] = []
    clean = ""
    for character in text:
        if character in found:
            opened.append((character, len(clean)))
        elif character in "»›":
            kind, start = opened.pop()
            found[kind].append((start, len(clean)))
        else:
            clean += character
    lines = LineMap(clean)

    def places(kind: str) -> list[Place]:
        spans = [Range(lines.position(start), lines.position(end)) for start, end in found[kind]]
        return [Place("a.py", span) for span in spans]

    return clean, places("«"), places("‹")


def applied(text: str, fix: Fix) -> str:
    return apply_edits(text, [(edit.place.range, edit.new_text) for edit in fix.edits])


def repaired(function: Repair, text: str) -> str | None:
    clean, places, others = marked(text)
    fix = function(Document.from_text("a.py", clean), places, others)
    if fix is None:
        return None
    assert fix.title
    assert all(edit.place.path == "a.py" for edit in fix.edits)
    after = applied(clean, fix)
    ast.parse(after)
    return after


def check(function: Repair, before: str, after: str | None) -> None:
    before, after = before + "\n", None if after is None else after + "\n"
    variants = {
        "as it is": ("", ""),
        "behind wide characters": ("'''é𝔘\n'''  # ü\n", ""),
        "in a block": ("if 'ü𝔘':\n", "    "),
    }
    for name, (head, indent) in variants.items():
        if indent and ("'''" in before or "\t" in before):
            continue
        for newline in "\n", "\r\n":
            old, new = (
                None if text is None else (IMPORTS + head + indented(text, indent)).replace("\n", newline)
                for text in (before, after)
            )
            assert old is not None
            assert repaired(function, old) == new, (name, newline)


def indented(text: str, indent: str) -> str:
    return "".join(indent + line if line.strip() else line for line in text.splitlines(keepends=True))


BLOCK = "if p:\n    q()"
