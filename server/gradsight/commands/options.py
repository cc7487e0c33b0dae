"""Settings as the command line sees them: defaults, then the project, then options."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from gradsight.commands.status import complain
from gradsight.project_file import ProjectFiles
from gradsight.selection import Selection
from gradsight.setting_kinds import Selectors
from gradsight.settings import Settings


class BadOption(Exception):
    """An option whose value means nothing; the message is one line for the user."""


class Options:
    """What the command line says, and what each file's project says."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._projects = ProjectFiles()
        self._complaints: set[str] = set()
        self._said: dict[str, Any] = {}
        for name in ("select", "ignore"):
            if (raw := getattr(options, name)) is not None:
                try:
                    self._said[name] = Selectors().read(raw)
                except ValueError as error:
                    raise BadOption(f"--{name}: {error}") from None

    def settings(self, file: Path) -> tuple[Settings, Selection]:
        """What holds for one file. A bad value in its project is complained of once."""
        settings, root, problems = self._projects.settings_for(file.resolve(), Settings())
        for problem in problems:
            if problem not in self._complaints:
                self._complaints.add(problem)
                complain(problem)
        settings = replace(settings, **self._said)
        return settings, settings.selection(root)
