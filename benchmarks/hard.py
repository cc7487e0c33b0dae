"""How long the hardest texts take: nested, recursive, 50,000 lines long. Each has to end within two seconds.

Usage: `hard.py [NAME ...]`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from programs import training_file

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "server"), str(ROOT / "tests")]

from gradsight.analyse import analyse  # noqa: E402
from gradsight.document import Document  # noqa: E402
from support.hard_texts import KINDS  # noqa: E402

LONG = (10_000, 50_000)


def main() -> None:
    """Measures each text and prints the table."""
    texts = {name: (lambda make=make, size=size: make(size)) for name, (make, size) in KINDS.items()}
    texts |= {f"{lines} lines of training": (lambda lines=lines: training_file(lines)) for lines in LONG}
    print(f"{'text':>26} {'lines':>6} {'opening':>10} {'typing':>10} {'events':>7} {'findings':>8}  whole")
    for name, text in texts.items():
        if len(sys.argv) == 1 or name in sys.argv[1:]:
            measure(name, text())


def measure(name: str, text: str) -> None:
    """One text: opening it, and typing in its middle."""
    began = time.perf_counter()
    analysis = analyse(Document.from_text("hard.py", text), strict=True)
    opening = time.perf_counter() - began
    lines = text.split("\n")
    lines[len(lines) // 2] += " "
    began = time.perf_counter()
    analyse(analysis.document.edited("\n".join(lines)), previous=analysis, strict=True)
    typing = time.perf_counter() - began
    print(
        f"{name:>26} {len(lines):>6} {opening * 1000:>7.0f} ms {typing * 1000:>7.0f} ms "
        f"{len(analysis.trace.events):>7} {len(analysis.findings):>8}  {analysis.trace.complete}"
    )


if __name__ == "__main__":
    main()
