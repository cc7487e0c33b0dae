"""`gradsight probe`: runs a program on real PyTorch and says what it did."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gradsight import sources
from gradsight.analyse import analyse
from gradsight.commands import status
from gradsight.commands.options import BadOption, Options
from gradsight.commands.output import show
from gradsight.finding import Finding
from gradsight.probe.launcher import ProbeFailed, ProbeOptions, ProbeResult, run_probe
from gradsight.probe.worker.protocol import BY_TIME


def run(options: argparse.Namespace) -> int:
    """Runs one file. What it prints goes to standard error, so that only findings are on standard output."""
    try:
        _check_numbers(options)
        settings, selection = Options(options).settings(options.file)
        document = sources.read(options.file)
    except (BadOption, sources.CannotRead) as error:
        return status.complain(str(error))
    if options.cell is not None and options.cell not in {cell.index for cell in document.cells}:
        return status.complain(f"{options.file}: there is no code cell {options.cell}")
    chosen = ProbeOptions(
        python=os.path.expanduser(options.python or settings.interpreter) or None,  # noqa: PTH111 - may be a command
        cell=options.cell,
        folder=Path.cwd(),
        seconds=settings.probe_time_limit if options.timeout is None else options.timeout,
        steps=settings.probe_steps_limit if options.steps is None else options.steps,
    )
    failure: str | None = None
    result: ProbeResult | None
    try:
        result = run_probe(document, chosen, on_output=_pass_on)
    except ProbeFailed as failed:
        result, failure = failed.result, failed.message
    if result is None:
        return status.complain(failure or "the probe did not run")
    analysis = analyse(document, observed=result.trace, documents=result.documents, select=selection)
    rows = [dict(row) for row in result.parameters]
    show(options, analysis.findings, analysis.documents, 1, status=result.status, parameters=rows)
    if options.output_format == "full":
        _show_parameters(rows)
    return _status(analysis.findings, result, failure)


def _check_numbers(options: argparse.Namespace) -> None:
    if options.timeout is not None and not options.timeout > 0:
        raise BadOption("--timeout: expected a number of seconds above 0")
    if options.steps is not None and options.steps < 0:
        raise BadOption("--steps: expected a number from 0 up")


def _pass_on(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _show_parameters(rows: list[dict[str, Any]]) -> None:
    """How many trained parameters got a gradient, and what became of each of the others."""
    trained = [row for row in rows if row["status"] != "frozen"]
    fine = sum(row["status"] == "ok" for row in trained)
    if rows:
        frozen = f"; {len(rows) - len(trained)} frozen" if len(trained) < len(rows) else ""
        print(f"{fine} of {len(trained)} parameters got a gradient{frozen}.")
    for row in trained:
        if row["status"] != "ok":
            print(f"  {row['name']}: {row['status']}")


def _status(findings: Sequence[Finding], result: ProbeResult, failure: str | None) -> int:
    """Findings decide, unless the run did not come far enough to trust that there are no others."""
    if failure is not None:
        return status.complain(failure)
    if result.message is not None:
        status.complain(result.message)
    if result.stopped_by == BY_TIME:
        return status.FAILED
    found = status.of(findings)
    if result.error is not None and found == status.CLEAN:
        return status.complain(f"the program raised {result.error.type}: {result.error.message}")
    return found
