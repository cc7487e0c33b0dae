"""How long a probe of a ten-line file takes: cold on the command line, warm from an editor.

Beside it stands what running the file takes without a probe, most of which is the import of PyTorch.
Usage: `probe.py [ROUNDS]`.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from wire import SERVER, Wire, gradsight, milliseconds

PROGRAM = """\
import torch

x = torch.ones(3, requires_grad=True)
weight = torch.randn(3, 3, requires_grad=True)
hidden = (x @ weight).sigmoid()
hidden *= 2
target = torch.zeros(3)
loss = ((hidden - target) ** 2).sum()
loss.backward()
print(x.grad)
"""


def main() -> None:
    """Measures and prints the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "ten_lines.py")
        file.write_text(PROGRAM)
        plain = median(lambda: command(file, str(file)), rounds)
        rows = [
            ("python ten_lines.py", plain),
            ("gradsight check ten_lines.py", median(lambda: gradsight_command("check", file), rounds)),
            ("gradsight probe ten_lines.py (cold)", median(lambda: gradsight_command("probe", file), rounds)),
            *in_editor(file, rounds),
        ]
    for name, time_ms in rows:
        print(f"{name:<48} {time_ms:>8.0f} ms {time_ms / plain:>6.2f}x")


def median(measure: Callable[[], float], rounds: int) -> float:
    """The middle one of several measurements."""
    return statistics.median(measure() for _ in range(rounds))


def command(file: Path, *arguments: str) -> float:
    """A command from start to end."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        cwd=file.parent,
        env={**os.environ, "PYTHONPATH": str(SERVER), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return milliseconds(began)


def gradsight_command(name: str, file: Path) -> float:
    """One of our commands on the file."""
    return command(file, "-m", "gradsight", name, str(file))


def in_editor(file: Path, rounds: int) -> list[tuple[str, float]]:
    """From the command to its results on the lines: the first run, and later ones with a worker that is warm."""
    wire = gradsight()
    wire.introduce(trusted=True, interpreter=sys.executable)
    uri = file.as_uri()
    wire.open(uri, PROGRAM)
    first = probe(wire, uri)
    warm = []
    for _ in range(rounds):
        time.sleep(8)  # a worker becomes warm while the user looks at the results
        warm.append(probe(wire, uri))
    wire.close()
    return [("in an editor, first", first), ("in an editor, warm", statistics.median(warm))]


def probe(wire: Wire, uri: str) -> float:
    """One run."""
    began = time.perf_counter()
    answer = wire.ask("workspace/executeCommand", {"command": "gradsight.probeFile", "arguments": [uri]})
    took = milliseconds(began)
    assert answer["status"] == "error", answer
    assert answer["findings"] > 0, answer
    return took


if __name__ == "__main__":
    main()
