"""The command line: what can be asked. What is then done lies in `commands`, one module for each.

A command is imported when it runs, so that `check` does not wait for the language server's libraries.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from gradsight import __version__

FORMATS = ("full", "concise", "json")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns the exit status."""
    logging.basicConfig(level=logging.WARNING, format="gradsight: %(message)s")
    options = _parser().parse_args(arguments)
    # Walks make many small objects that live as long as the walk; looking for cycles among them again and again
    # costs a fifth of the time.
    gc.set_threshold(50_000, 10, 10)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets another one instead of a traceback.
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        status: int = importlib.import_module(f"gradsight.commands.{options.command}").run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader went away (`| head`); closing standard output would raise once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 2
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gradsight", description="Shows PyTorch users where their gradients stop.")
    parser.add_argument("--version", action="version", version=f"gradsight {__version__}")
    commands = parser.add_subparsers(title="commands", dest="command", required=True, metavar="COMMAND")

    check = commands.add_parser("check", help="read files and say what PyTorch will do with them; runs nothing")
    check.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files, notebooks, folders")
    _add_output_options(check)

    probe = commands.add_parser("probe", help="run a program on real PyTorch and say what it did")
    probe.add_argument("file", type=Path, metavar="FILE", help="a Python file or a notebook")
    probe.add_argument("--cell", type=int, metavar="N", help="run this cell, counted from 1, after the ones before it")
    probe.add_argument("--python", metavar="EXE", help="the Python that runs the program; it needs PyTorch")
    probe.add_argument("--timeout", type=float, metavar="S", help="stop after this many seconds")
    probe.add_argument("--steps", type=int, metavar="N", help="stop after this many optimizer steps; 0: no limit")
    _add_output_options(probe)

    explain = commands.add_parser("explain", help="what a check finds, why it matters, when it is fine")
    explain.add_argument("check", nargs="?", metavar="CODE|NAME", help="without one: a list of all checks")

    serve = commands.add_parser("serve", help="the language server, on standard input and output")
    serve.add_argument("--stdio", action="store_true", help="accepted because many editors say it; there is no other")
    return parser


def _add_output_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output-format", choices=FORMATS, default="full", help="default: full")
    parser.add_argument("--hints", action="store_true", help="show hints too (JSON always has them)")
    parser.add_argument("--select", metavar="CHECKS", help="only these: codes, beginnings of codes or names; commas")
    parser.add_argument("--ignore", metavar="CHECKS", help="not these")
