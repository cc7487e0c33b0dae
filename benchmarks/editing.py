"""How long an editor waits: from start to the first diagnostics, and from a keystroke to the next ones.

Through the real server over its pipes. Each size is an own server; keystrokes go into the middle of a
function in the middle of the file. Beside our numbers stands what the protocol alone costs: the same
conversation with a server that publishes an empty list. Usage: `editing.py [LINES ...]`.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from programs import training_file
from wire import SERVER, Wire, gradsight, milliseconds

SIZES = (100, 1_000, 5_000, 10_000)
KEYSTROKES = 60
URI = "file:///bench/train.py"


class Measured(NamedTuple):
    """The results for one size."""

    lines: int
    start: float
    median: float
    p95: float
    burst: float
    peak: float | None


def main() -> None:
    """Measures every size and prints the table."""
    sizes = [int(word) for word in sys.argv[1:]] or SIZES
    print(f"{'server':>10} {'lines':>6} {'start->first':>13} {'key p50':>9} {'key p95':>9} {'burst':>12} {'MB':>5}")
    for lines in sizes:
        ours = measure(gradsight, lines)
        floor = measure(bare_server, lines)
        for name, each in (("gradsight", ours), ("bare pygls", floor)):
            peak = "" if each.peak is None else f"{each.peak:.0f}"
            print(
                f"{name:>10} {each.lines:>6} {each.start:>10.0f} ms {each.median:>6.1f} ms {each.p95:>6.1f} ms "
                f"{each.burst:>9.1f} ms {peak:>5}"
            )
        print(f"{'ratio':>10} {'':>6} {ours.start / floor.start:>12.1f}x {ours.median / floor.median:>8.1f}x")
    parse = parse_time(training_file(10_000))
    print(f"\nfor comparison: `ast.parse` of the 10,000-line file takes {parse:.0f} ms on this machine")


def measure(serve: object, lines: int) -> Measured:
    """One server, one file."""
    text = training_file(lines)
    began = time.perf_counter()
    wire: Wire = serve()  # type: ignore[operator]
    wire.introduce(trusted=False)
    wire.open(URI, text)
    start = milliseconds(began)
    line = middle_of_a_function(text)
    version, times = 1, []
    column = len(text.splitlines()[line])
    for number in range(KEYSTROKES):
        typed = " + 1 * 2"[number % 8]
        version += 1
        began = time.perf_counter()
        wire.change(URI, version, line, column, column, typed)
        wire.diagnostics(URI, version)
        times.append(milliseconds(began))
        column += 1
    for _ in range(40):
        version += 1
        wire.change(URI, version, line, column, column, " ")
        column += 1
        time.sleep(0.01)  # the pace of a burst, not a wait for anything
    began = time.perf_counter()
    wire.diagnostics(URI, version)
    burst = milliseconds(began)
    peak = wire.peak_mb()
    wire.close()
    return Measured(len(text.splitlines()), start, statistics.median(times), p95(times), burst, peak)


def middle_of_a_function(text: str) -> int:
    """The line of a computation in the function nearest to the middle."""
    lines = text.splitlines()
    spots = [number for number, line in enumerate(lines) if line.strip() == "loss = loss + 1e-4 * penalty"]
    return min(spots, key=lambda number: abs(number - len(lines) // 2))


def p95(times: Sequence[float]) -> float:
    """The time that 19 of 20 keep below."""
    return statistics.quantiles(times, n=20)[-1]


def parse_time(text: str) -> float:
    """What the interpreter's own parser takes for the whole text."""
    code = (
        "import ast, sys, time\ntext = sys.stdin.read()\n"
        "began = time.perf_counter()\nast.parse(text)\nprint(time.perf_counter() - began)"
    )
    done = subprocess.run([sys.executable, "-c", code], input=text, capture_output=True, text=True, check=True)
    return float(done.stdout) * 1000


def bare_server() -> Wire:
    """The same conversation with a server that does nothing."""
    code = (
        "from lsprotocol import types\n"
        "from pygls.lsp.server import LanguageServer\n"
        "s = LanguageServer('bare', '0')\n"
        "def publish(ls, params):\n"
        "    d = params.text_document\n"
        "    ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(d.uri, [], d.version))\n"
        "s.feature('textDocument/didOpen')(publish)\n"
        "s.feature('textDocument/didChange')(publish)\n"
        "s.start_io()\n"
    )
    return Wire([sys.executable, "-c", code])


if __name__ == "__main__":
    if not Path(SERVER, "gradsight").is_dir():
        sys.exit(f"{SERVER} has no gradsight")
    main()
