"""What can be told of a module's text without parsing it: whether it speaks of torch, and what it imports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TORCH = re.compile(r"\btorch")
_SWITCHES = re.compile(r"^(?:[\w.]+\.)?(?:set_grad_enabled|inference_mode)\(", re.MULTILINE)
_IMPORTS = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+\(?([^#\n()]*)|import[ \t]+([\w., \t]+))", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Outline:
    """A module at a glance."""

    speaks_of_torch: bool
    switches_grad_mode: bool
    """Whether a top-level statement of it does, when it is imported."""
    imports: tuple[tuple[str, int], ...]
    """Dotted names and the number of dots before them; of `from a import b` both `a` and `a.b`."""


def outline_of(text: str) -> Outline:
    """The outline of a text."""
    imports = tuple(dict.fromkeys(_imports(text))) if "import" in text else ()
    return Outline(_TORCH.search(text) is not None, _SWITCHES.search(text) is not None, imports)


def _imports(text: str) -> Iterator[tuple[str, int]]:
    for dots, source, names, modules in _IMPORTS.findall(text):
        for part in modules.split(","):
            if part.strip():
                yield part.split()[0], 0
        if modules:
            continue
        yield source, len(dots)
        for part in names.split(","):
            if part.strip():
                name = part.split()[0]
                yield (f"{source}.{name}" if source else name), len(dots)
