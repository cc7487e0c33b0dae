"""Findings in the format that was asked for, on standard output."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence

from gradsight.document import Document
from gradsight.finding import Finding, Severity
from gradsight.report.colour import Paint, wanted


def show(
    options: argparse.Namespace,
    findings: Sequence[Finding],
    documents: Mapping[str, Document],
    files: int,
    **more: object,
) -> None:
    """Prints `findings` of `files` files; `more` are further keys of the JSON object."""
    if options.output_format == "json":
        from gradsight.report.json_form import json_report

        print(json_report(findings, documents, **more))
        return
    from gradsight.report.text_form import concise, full, summary

    shown = [finding for finding in findings if options.hints or finding.severity is not Severity.HINT]
    if options.output_format == "concise":
        lines = concise(shown, documents)
    else:
        lines = full(shown, documents, Paint(wanted(sys.stdout)))
    for line in lines:
        print(line)
    if options.output_format == "full":
        print(summary(shown, files, Paint(wanted(sys.stdout))))
