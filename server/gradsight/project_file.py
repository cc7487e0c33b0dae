"""`[tool.gradsight]` of pyproject.toml: found from a file upwards, read again when it has changed."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from gradsight.settings import SECTION, Settings, from_project

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_NAME = "pyproject.toml"


@dataclass(frozen=True)
class ProjectFile:
    """What one pyproject.toml says."""

    path: Path
    table: Mapping[str, object] | None
    """`[tool.gradsight]`; None where it has none or cannot be read."""
    problem: str | None = None

    @property
    def root(self) -> Path:
        """The folder that its patterns count from."""
        return self.path.parent


@dataclass
class ProjectFiles:
    """All pyproject.toml files met so far."""

    _read: dict[Path, tuple[tuple[int, int], ProjectFile]] = field(default_factory=dict)

    def settings_for(self, file: Path, base: Settings) -> tuple[Settings, Path | None, list[str]]:
        """`base` as the project of `file` changes it, the project's folder, and what was wrong."""
        for folder in file.parents:
            found = self._at(folder / _NAME)
            if found is None:
                continue
            if found.problem is not None:
                return base, found.root, [found.problem]
            if found.table is not None:
                settings, problems = from_project(base, found.table)
                if os.path.dirname(settings.interpreter) and not base.interpreter:  # noqa: PTH120 - commands stay bare
                    settings = replace(settings, interpreter=str(found.root / settings.interpreter))
                return settings, found.root, [f"{found.path}: {problem}" for problem in problems]
        return base, None, []

    def _at(self, path: Path) -> ProjectFile | None:
        try:
            status = path.stat()
        except OSError:
            self._read.pop(path, None)
            return None
        stamp = (status.st_mtime_ns, status.st_size)
        known = self._read.get(path)
        if known is None or known[0] != stamp:
            known = self._read[path] = (stamp, _load(path))
        return known[1]


def _load(path: Path) -> ProjectFile:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return ProjectFile(path, None, f"{path}: {error}; its settings are not used")
    tool = tables.get("tool")
    return ProjectFile(path, tool.get(SECTION) if isinstance(tool, dict) else None)
