"""What `gradsight check` says of real packages, and what it costs to say it.

    python benchmarks/precision.py [--into FOLDER] [--list] [PACKAGE ...]

Downloads the newest pure-Python wheel of each package with pip (none of what it depends on), unpacks it, and checks it
in a process of its own. Prints a row for each: files, lines, seconds, lines per second, the most memory that the
process held, findings by severity; with `--list` also every finding at warning level or above with its source line, to
be read by hand. docs/precision.md keeps what reading them showed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

SERVER = Path(__file__).resolve().parent.parent / "server"
PACKAGES = ("timm", "botorch", "gpytorch", "kornia", "torchmetrics", "lightning", "transformers", "pyro-ppl")
LOUD = ("error", "warning")
MEASURED = """
import resource, sys
from gradsight.cli import main
status = main(sys.argv[1:])
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(most // 1024 if sys.platform != "darwin" else most // 2**20, file=sys.stderr)
sys.exit(status)
"""


def main() -> None:
    """Checks every package and prints the table."""
    parser = argparse.ArgumentParser(description="Run the checks over real packages.")
    parser.add_argument("packages", nargs="*", default=PACKAGES, metavar="PACKAGE")
    parser.add_argument("--into", type=Path, help="keep the packages in this folder, and use those that are there")
    parser.add_argument("--list", action="store_true", help="print every finding at warning level or above")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        into = options.into or Path(scratch)
        print(f"{'package':24}{'files':>7}{'lines':>10}{'s':>8}{'lines/s':>9}{'MB':>7}  findings", flush=True)
        for name in options.packages:
            tree = _tree(name, into)
            _row(tree, *_checked(tree), listed=options.list)


def _tree(name: str, into: Path) -> Path:
    """The unpacked wheel of a package."""
    prefix = name.replace("-", "_") + "-"
    there = sorted(path for path in into.glob(f"{prefix}*") if path.is_dir())
    if there:
        return there[-1]
    wheels = into / "wheels"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    subprocess.run([*command, "--dest", str(wheels), name], check=True)
    wheel = sorted(wheels.glob(f"{prefix}*.whl"))[-1]
    tree = into / "-".join(wheel.name.split("-")[:2])
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tree)
    return tree


def _checked(tree: Path) -> tuple[list[dict[str, Any]], float, int]:
    """The findings, the seconds that they took, and the most megabytes that the process held."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "check", "--output-format", "json", "."],
        cwd=tree,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(SERVER)},
        check=False,
    )
    seconds = time.perf_counter() - began
    if done.returncode not in (0, 1):
        raise SystemExit(f"{tree.name}: exit status {done.returncode}\n{done.stderr}")
    complaints = done.stderr.splitlines()
    for line in complaints[:-1]:
        print(f"    {line}")
    findings: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return findings, seconds, int(complaints[-1])


def _row(tree: Path, findings: list[dict[str, Any]], seconds: float, megabytes: int, *, listed: bool) -> None:
    texts = [path.read_bytes() for path in tree.rglob("*.py")]
    lines = sum(text.count(b"\n") for text in texts)
    told = Counter(f"{finding['severity']} {finding['code']}" for finding in findings)
    summary = ", ".join(f"{count} {kind}" for kind, count in sorted(told.items())) or "none"
    print(
        f"{tree.name:24}{len(texts):7}{lines:10}{seconds:8.1f}{lines / seconds:9.0f}{megabytes:7}  {summary}",
        flush=True,
    )
    for finding in findings if listed else ():
        if finding["severity"] in LOUD:
            start = finding["range"]["start"]
            source = (tree / finding["path"]).read_text("utf-8", "replace").splitlines()[start["line"] - 1].strip()
            print(f"    {finding['path']}:{start['line']} {finding['code']} {finding['message']}\n        {source}")


if __name__ == "__main__":
    main()
