"""`gradsight check`: reads files and says what PyTorch will do with them. Runs nothing of them."""

from __future__ import annotations

import argparse

from gradsight import sources
from gradsight.analyse import analyse
from gradsight.commands import status
from gradsight.commands.options import BadOption, Options
from gradsight.commands.output import show
from gradsight.document import Document
from gradsight.finding import Finding


def run(options: argparse.Namespace) -> int:
    """Checks all paths; a file that cannot be read does not keep the others from being checked."""
    findings: list[Finding] = []
    documents: dict[str, Document] = {}
    files, unreadable = 0, False
    try:
        chosen = Options(options)
        paths = list(sources.find(options.paths))
    except (BadOption, sources.CannotRead) as error:
        return status.complain(str(error))
    for path in paths:
        try:
            document = sources.read(path)
        except sources.CannotRead as error:
            status.complain(str(error))
            unreadable = True
            continue
        files += 1
        _, selection = chosen.settings(path)
        analysis = analyse(document, select=selection)
        if analysis.findings:
            findings += analysis.findings
            documents.update(analysis.documents)
    if files:
        show(options, findings, documents, files)
    return status.FAILED if unreadable else status.of(findings)
