"""Reads programs on the worker thread, and remembers what the next reading can reuse."""

from __future__ import annotations

from pathlib import Path

from gradsight.analyse import Analysis, analyse
from gradsight.autograd.events import Trace
from gradsight.lsp.programs import Read, Snapshot
from gradsight.project_file import ProjectFiles
from gradsight.settings import Settings
from gradsight.static import Project


class Analyst:
    """Used by one thread only."""

    def __init__(self, projects: ProjectFiles) -> None:
        self._projects = projects
        self._project = Project()
        self._folders: list[str] | None = None
        self.files_changed = False
        """Set by whoever learns that files have come or gone; the next reading looks again."""
        self._last: dict[str, Analysis] = {}

    def read(self, snapshot: Snapshot, editor: Settings, folders: list[str]) -> Read:
        """What reading the program shows, in a workspace of these folders."""
        project = self._among(snapshot, folders)
        settings, root, problems = self._projects.settings_for(Path(snapshot.path), editor)
        previous = self._last.get(snapshot.uri)
        document = snapshot.document(None if previous is None else previous.document)
        if settings.enable:
            analysis = analyse(document, select=settings.selection(root), previous=previous, project=project)
        else:
            analysis = Analysis(document, Trace((), observed=False), (), documents={document.path: document})
        self._last[snapshot.uri] = analysis
        return Read(snapshot, analysis, settings, root, tuple(problems))

    def _among(self, snapshot: Snapshot, folders: list[str]) -> Project:
        """The project, with the texts that were open at that moment."""
        if folders != self._folders:
            self._project, self._folders = Project(folders, closed=True), folders
        elif self.files_changed:
            self._project.files_changed()
        self.files_changed = False
        for path in snapshot.around:
            self._project.name(path)
        around = snapshot.around
        self._project.unsaved = lambda path: around[path].text if path in around else None
        return self._project

    def forget(self, uri: str) -> None:
        """The program was closed."""
        self._last.pop(uri, None)
