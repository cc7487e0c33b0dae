"""Every setting, once: its name, its type, its default and what it is for.

The fields of `Settings` are the source of the editor's settings (`python -m gradsight.settings`
prints their schema), of docs/settings.md, and of the keys of `[tool.gradsight]` in pyproject.toml.
In the editor a setting is called `gradsight.` and its key (`gradsight.probe.timeLimit`); in
pyproject.toml it is the same key in kebab case (`[tool.gradsight.probe]`, `time-limit`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from gradsight.finding import Severity
from gradsight.selection import EVERYTHING_WORD, Selection
from gradsight.setting_kinds import Count, Flag, Kind, Number, PerFile, Selectors, Severities, Text

SECTION = "gradsight"
T = TypeVar("T")
_UNSET = object()


class Scope(Enum):
    """Where the editor lets a setting be set, in the words of its manifest."""

    MACHINE = "machine-overridable"
    """Per machine; a trusted workspace may set it."""
    WINDOW = "window"
    """Per window."""


@dataclass(frozen=True)
class Setting:
    """What there is to say about one setting."""

    key: str
    """Its name in the editor, without the section."""
    kind: Kind[Any]
    default: object
    scope: Scope
    explanation: str

    @property
    def project_key(self) -> str:
        """Its name in pyproject.toml, below the section."""
        return re.sub(r"(?<=[a-z])[A-Z]", lambda capital: f"-{capital.group().lower()}", self.key)


def _setting(key: str, kind: Kind[T], default: T, scope: Scope, explanation: str) -> T:
    described = Setting(key, kind, default, scope, explanation)
    # What dataclasses call the type of `field` is the type of the value that it describes.
    return field(default_factory=lambda: default, metadata={"setting": described})


@dataclass(frozen=True)
class Settings:
    """What the user chose. Fields that nobody set have their defaults."""

    enable: bool = _setting(
        "enable", Flag(), True, Scope.WINDOW,
        "Check files while you type. Switched off, only the gradient probe is left.",
    )  # fmt: skip
    select: tuple[str, ...] = _setting(
        "select", Selectors(), (EVERYTHING_WORD,), Scope.WINDOW,
        "The checks to run: `all`, codes (`GS302`), beginnings of codes (`GS3`) or names.",
    )  # fmt: skip
    ignore: tuple[str, ...] = _setting(
        "ignore", Selectors(), (), Scope.WINDOW,
        "The checks to leave out. Where a check is both selected and ignored, the more specific entry decides.",
    )  # fmt: skip
    severity: Mapping[str, Severity | None] = _setting(
        "severity", Severities(), {}, Scope.WINDOW,
        "Other severities by check: `error`, `warning`, `information`, `hint` or `off`.",
    )  # fmt: skip
    per_file_ignores: Mapping[str, tuple[str, ...]] = _setting(
        "perFileIgnores", PerFile(), {}, Scope.WINDOW,
        "The checks to leave out in files whose path, counted from the project's folder, matches a pattern "
        "like `tests/*`.",
    )  # fmt: skip
    code_lens: bool = _setting(
        "codeLens", Flag(), True, Scope.WINDOW,
        "Offer to run the gradient probe above files that use PyTorch and above each `# %%` cell.",
    )  # fmt: skip
    interpreter: str = _setting(
        "interpreter", Text(), "", Scope.MACHINE,
        "The Python that runs your program in the gradient probe; it needs PyTorch 2.4 or later. In VS Code it runs "
        "the language server too and must be 3.10 or later. Empty: the interpreter that the editor has chosen for the "
        "workspace.",
    )  # fmt: skip
    probe_time_limit: float = _setting(
        "probe.timeLimit", Number(1), 60.0, Scope.WINDOW,
        "The gradient probe stops your program after this many seconds.",
    )  # fmt: skip
    probe_steps_limit: int = _setting(
        "probe.stepsLimit", Count(), 100, Scope.WINDOW,
        "The gradient probe has seen enough after this many optimizer steps and stops. 0: no limit.",
    )  # fmt: skip

    def selection(self, root: Path | None = None) -> Selection:
        """Which findings these settings want; patterns count from `root`."""
        return Selection(
            self.select,
            self.ignore,
            self.severity,
            tuple(self.per_file_ignores.items()),
            None if root is None else str(root),
        )


def all_settings() -> dict[str, Setting]:
    """Every setting by the name of its field in `Settings`."""
    return {each.name: each.metadata["setting"] for each in fields(Settings)}


def from_editor(raw: object) -> tuple[Settings, list[str]]:
    """Settings from what an editor sends for the section `gradsight`, and what was wrong with it."""
    return _read(Settings(), raw, lambda setting: setting.key, lambda key: f"{SECTION}.{key}")


def from_project(base: Settings, table: object) -> tuple[Settings, list[str]]:
    """`base` with what a `[tool.gradsight]` table says instead, and what was wrong with that."""
    settings, problems = _read(base, table, lambda setting: setting.project_key, lambda key: f"[tool.{SECTION}] {key}")
    if base.interpreter:
        settings = replace(settings, interpreter=base.interpreter)
    return settings, problems + _unknown(table)


def _read(
    base: Settings, raw: object, key_of: Callable[[Setting], str], label: Callable[[str], str]
) -> tuple[Settings, list[str]]:
    problems: list[str] = []
    read: dict[str, Any] = {}
    for name, setting in all_settings().items():
        value = _look_up(raw, key_of(setting))
        if value is None or value is _UNSET:
            continue
        try:
            read[name] = setting.kind.read(value)
        except ValueError as error:
            problems.append(f"{label(key_of(setting))}: {error}; using the default")
    return replace(base, **read), problems


def _look_up(raw: object, key: str) -> object:
    """The value under a dotted key, nested or flat."""
    if not isinstance(raw, Mapping):
        return _UNSET
    if key in raw:
        return raw[key]
    head, _, rest = key.partition(".")
    return _look_up(raw[head], rest) if rest and head in raw else _UNSET


def _unknown(table: object) -> list[str]:
    """A complaint for each key that no setting has: a misspelt one would be ignored in silence."""
    if not isinstance(table, Mapping):
        return [f"[tool.{SECTION}]: expected a table"]
    known = {setting.project_key for setting in all_settings().values()}
    groups = {key.partition(".")[0] for key in known if "." in key}
    said = {str(key) for key in table if key not in groups}
    for group in groups & table.keys():
        within = table[group]
        said |= {f"{group}.{key}" for key in within} if isinstance(within, Mapping) else {group}
    return [f"[tool.{SECTION}] {key}: there is no such setting" for key in sorted(said - known)]


def configuration_schema() -> dict[str, Any]:
    """`contributes.configuration` of the editor's manifest."""
    properties = {
        f"{SECTION}.{setting.key}": {
            **setting.kind.schema(),
            "default": _plain(setting.default),
            "scope": setting.scope.value,
            "markdownDescription": setting.explanation,
        }
        for setting in all_settings().values()
    }
    return {"title": "Gradsight", "properties": properties}


def settings_page() -> str:
    """docs/settings.md."""
    parts = [
        "# Settings",
        "In the editor they have the names below. In `pyproject.toml` they stand under `[tool.gradsight]` in kebab\n"
        "case, where they hold for the editor, the command line and continuous integration alike: what the project\n"
        "says goes before what the editor says, and an option of the command line before both. The exception is\n"
        "`interpreter`, which belongs to the machine: there the editor's choice goes first.",
    ]
    for setting in all_settings().values():
        table, _, name = f"tool.{SECTION}.{setting.project_key}".rpartition(".")
        parts += [
            f"## `{SECTION}.{setting.key}`",
            setting.explanation,
            f"Default: `{json.dumps(_plain(setting.default))}`. In pyproject.toml: `{name}` in `[{table}]`.",
        ]
    return "\n\n".join(parts) + "\n"


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


if __name__ == "__main__":
    print(json.dumps(configuration_schema(), indent=2))
