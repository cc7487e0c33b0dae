"""Reads programs on the worker thread, and remembers what the next reading can reuse."""

from __future__ import annotations

from pathlib import Path

from gradsight.analyse import Analysis, analyse
from gradsight.autograd.events import Trace
from gradsight.lsp.programs import Read, Snapshot
from gradsight.project_file import ProjectFiles
from gradsight.settings import Settings


class Analyst:
    """Used by one thread only."""

    def __init__(self, projects: ProjectFiles) -> None:
        self._projects = projects
        self._last: dict[str, Analysis] = {}

    def read(self, snapshot: Snapshot, editor: Settings) -> Read:
        """What reading the program shows."""
        settings, root, problems = self._projects.settings_for(Path(snapshot.path), editor)
        previous = self._last.get(snapshot.uri)
        document = snapshot.document(None if previous is None else previous.document)
        if settings.enable:
            analysis = analyse(document, select=settings.selection(root), previous=previous)
        else:
            analysis = Analysis(document, Trace((), observed=False), (), documents={document.path: document})
        self._last[snapshot.uri] = analysis
        return Read(snapshot, analysis, settings, root, tuple(problems))

    def forget(self, uri: str) -> None:
        """The program was closed."""
        self._last.pop(uri, None)
