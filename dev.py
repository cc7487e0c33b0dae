#!/usr/bin/env python3
"""The one command to remember: `python3 dev.py demo`, `test`, `e2e`, `package`, `generate`, `facts`, `lint`, `bench`.

Needs Python 3.10 or newer, and Node for what concerns the editor. Everything else is installed on first use, to the
versions in constraints.txt and package-lock.json: Python packages into .dev/venv, Node packages into node_modules,
the editor that `e2e` drives into .tools.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".dev" / "venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
EXAMPLES = ROOT / "examples"


class Failed(Exception):
    """A step did not succeed; what it printed is the message."""


def run(*command: str | Path, show: bool = False, accept: tuple[int, ...] = (0,), **environment: str) -> int:
    """Runs a command in the root folder; its output appears if `show`, else only when it fails."""
    words = [str(word) for word in command]
    output = None if show else subprocess.PIPE
    sys.stdout.flush()
    done = subprocess.run(
        words, cwd=ROOT, env={**os.environ, **environment}, stdout=output, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode not in accept:
        printed = (done.stdout or b"").decode(errors="replace").rstrip()
        raise Failed(f"{printed}\n{' '.join(words)}: exit status {done.returncode}".lstrip())
    return done.returncode


def program(name: str, needed_for: str) -> str:
    """The full path of a program (npm is a script with an ending on Windows)."""
    path = shutil.which(name)
    if path is None:
        raise Failed(f"{name} is not on PATH; it is needed for {needed_for}")
    return path


def unless_done(what: str, stamp: Path, sources: list[Path], work: Callable[[], None]) -> None:
    """Does the work unless it was done before from sources with the same contents."""
    state = hashlib.sha256(b"".join(source.read_bytes() for source in sources) + sys.version.encode()).hexdigest()
    if stamp.exists() and stamp.read_text("utf-8") == state:
        return
    print(f"-- {what}", flush=True)
    stamp.unlink(missing_ok=True)
    work()
    stamp.write_text(state, "utf-8")


def set_up_python() -> None:
    """The virtual environment with Gradsight itself (from this folder), PyTorch, and all tools."""

    def install() -> None:
        made_with = (VENV / "pyvenv.cfg").read_text("utf-8") if PYTHON.exists() else ""
        if f"version = {platform.python_version()}\n" not in made_with:
            run(sys.executable, "-m", "venv", "--clear", VENV)
        pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        run(*pip, "--constraint", "constraints.txt", "--editable", ".[probe,test,lint]")

    sources = [ROOT / "pyproject.toml", ROOT / "constraints.txt"]
    unless_done("installing Python packages", VENV / "installed", sources, install)


def set_up_node() -> None:
    """The Node packages that build and test the editor's extension."""

    def install() -> None:
        run(program("npm", "the editor's extension"), "ci", "--no-audit", "--no-fund", "--loglevel=error")

    sources = [ROOT / "package-lock.json"]
    unless_done("installing Node packages", ROOT / "node_modules" / ".installed", sources, install)


def npm_run(script: str) -> None:
    """A script of package.json."""
    run(program("npm", "the editor's extension"), "run", "--silent", script)


def steps(*named: tuple[str, Callable[[], object]]) -> int:
    """Takes every step, whatever became of those before it, and says how each went."""
    failed = []
    for name, step in named:
        print(f"-- {name}", end=" ", flush=True)
        start = time.monotonic()
        try:
            step()
        except Failed as failure:
            failed.append(name)
            print(f"FAILED\n{failure}")
        else:
            print(f"ok ({time.monotonic() - start:.1f} s)")
    print(f"\nFAILED: {', '.join(failed)}" if failed else "\nAll passed.")
    return 1 if failed else 0


def demo(_: list[str]) -> int:
    """Check and probe the example programs, and show what is found."""
    set_up_python()
    colour = {} if "NO_COLOR" in os.environ else {"FORCE_COLOR": "1"}
    accept = (0, 1)  # 1: there are findings, and here there should be.
    print("\n== gradsight check examples: what reading the programs tells\n")
    run(PYTHON, "-m", "gradsight", "check", "examples", show=True, accept=accept, **colour)
    for example in sorted(EXAMPLES.glob("*.py")):
        name = example.relative_to(ROOT).as_posix()
        print(f"\n== gradsight probe {name}: what running it on PyTorch shows\n")
        run(PYTHON, "-m", "gradsight", "probe", name, show=True, accept=accept, **colour)
    return 0


def test(arguments: list[str]) -> int:
    """Everything but the editor tests. Further arguments go to pytest."""
    set_up_python()
    set_up_node()
    return steps(
        *checks_of_the_source(),
        ("extension: types", lambda: npm_run("types")),
        ("extension: tests", lambda: npm_run("test")),
        ("extension: package", lambda: run(PYTHON, "tools/package_extension.py")),
        ("pytest", lambda: run(PYTHON, "-m", "pytest", *arguments, show=True, GRADSIGHT_VSIX=str(built_package()))),
    )


def built_package() -> Path:
    """Where tools/package_extension.py puts what it packs."""
    manifest = json.loads((ROOT / "package.json").read_text("utf-8"))
    return ROOT / "dist" / f"{manifest['name']}-{manifest['version']}.vsix"


def lint(_: list[str]) -> int:
    """The checks that need nothing to run: style, types, generated files."""
    set_up_python()
    return steps(*checks_of_the_source())


def checks_of_the_source() -> tuple[tuple[str, Callable[[], object]], ...]:
    """The steps that only read the sources."""
    return (
        ("ruff", lambda: run(PYTHON, "-m", "ruff", "check", "--quiet", ".")),
        ("mypy", lambda: run(PYTHON, "-m", "mypy", "--no-error-summary")),
        ("generated files", lambda: run(PYTHON, "tools/generate.py", "--check")),
    )


def generate(_: list[str]) -> int:
    """Write what is made from the code: settings in package.json, pages and tables of checks and settings."""
    set_up_python()
    return run(PYTHON, "tools/generate.py", show=True)


def facts(arguments: list[str]) -> int:
    """Measure anew what each PyTorch op does to autograd, and show what is different. `--check` only compares."""
    set_up_python()
    return run(PYTHON, "tools/measure_op_facts", *arguments, show=True)


def package(_: list[str]) -> int:
    """Write dist/gradsight-VERSION.vsix, the extension with all that it needs but Python."""
    set_up_python()
    set_up_node()
    return run(PYTHON, "tools/package_extension.py", show=True)


def e2e(arguments: list[str]) -> int:
    """Drive the packed extension in a real VS Code (in a browser). Further arguments: see tests/e2e/run.mjs."""
    set_up_python()
    set_up_node()
    tools = ROOT / ".tools"
    return steps(
        ("extension: package", lambda: run(PYTHON, "tools/package_extension.py")),
        ("editor: set-up", lambda: run(PYTHON, "tests/e2e/set_up.py", tools)),
        ("editor: tests", lambda: run(program("node", "the editor tests"), "tests/e2e/run.mjs", *arguments, show=True)),
    )


def bench(arguments: list[str]) -> int:
    """Measure: every program in benchmarks/ but the one that downloads packages, or those named."""
    set_up_python()
    for file in sorted((ROOT / "benchmarks").glob("*.py")):
        if file.stem in arguments or not (arguments or file.stem == "precision"):
            print(f"== {file.stem}")
            run(PYTHON, file, show=True)
    return 0


def main() -> int:
    """Runs the command that is named."""
    if sys.version_info < (3, 10):  # noqa: UP036 - said here, before anything newer is needed
        sys.exit(f"dev.py needs Python 3.10 or newer; this is {sys.version.split()[0]}")
    commands = {each.__name__: each for each in (demo, test, e2e, package, generate, facts, lint, bench)}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    help_texts = "; ".join(f"{name}: {(each.__doc__ or '').splitlines()[0]}" for name, each in commands.items())
    parser.add_argument("command", choices=commands, help=help_texts, metavar="COMMAND")
    options, rest = parser.parse_known_args()
    try:
        return commands[options.command](rest)
    except Failed as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
