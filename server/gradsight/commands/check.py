"""`gradsight check`: reads files and says what PyTorch will do with them. Runs nothing of them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from gradsight import sources
from gradsight.analyse import analyse, surest
from gradsight.commands import status
from gradsight.commands.options import BadOption, Options
from gradsight.commands.output import show
from gradsight.document import Document
from gradsight.finding import Finding
from gradsight.static import Project
from gradsight.text import Place


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
    project = Project(str(path) for path in options.paths if path.is_dir())
    for path in paths:
        project.name(str(path))
    for path in paths:
        try:
            document = project.document(str(path)) or sources.read(path)
        except sources.CannotRead as error:
            status.complain(str(error))
            unreadable = True
            continue
        files += 1
        _, selection = chosen.settings(path)
        analysis = analyse(document, select=selection, project=project)
        if analysis.findings:
            shown = _paths_of(analysis.findings) - documents.keys()
            documents.update((path, analysis.documents[path].unparsed()) for path in shown)
            findings += analysis.findings
    found = sorted(surest(findings), key=_order(paths))  # several programs may lead into one file
    if files:
        show(options, found, documents, files)
    return status.FAILED if unreadable else status.of(found)


def _paths_of(findings: Iterable[Finding]) -> set[str]:
    return {place.path for finding in findings for place in finding.places()}


def _order(paths: Sequence[Path]) -> Callable[[Finding], tuple[int, Place, str]]:
    """By file in the order in which they were asked for, then by place; other files of the workspace come last."""
    order = {str(path): number for number, path in enumerate(paths)}
    return lambda finding: (order.get(finding.place.path, len(order)), finding.place, finding.code)
