"""The types that settings have: how a type is described to an editor, and how a raw value becomes one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from gradsight.checks import all_checks
from gradsight.finding import Severity
from gradsight.selection import EVERYTHING_WORD

T = TypeVar("T")


class Kind(Generic[T]):
    """A type of values: how it is described to the editor and how a raw value becomes one."""

    def schema(self) -> dict[str, Any]:
        """What the editor's settings page must know."""
        raise NotImplementedError

    def read(self, raw: object) -> T:
        """The value that `raw` stands for. Raises ValueError saying what was expected."""
        raise NotImplementedError


class Flag(Kind[bool]):
    """True or false."""

    def schema(self) -> dict[str, Any]:
        """What the editor's settings page must know."""
        return {"type": "boolean"}

    def read(self, raw: object) -> bool:
        """The value that `raw` stands for."""
        if isinstance(raw, bool):
            return raw
        raise ValueError("expected true or false")


class Text(Kind[str]):
    """Any string."""

    def schema(self) -> dict[str, Any]:
        """What the editor's settings page must know."""
        return {"type": "string"}

    def read(self, raw: object) -> str:
        """The value that `raw` stands for."""
        if isinstance(raw, str):
            return raw.strip()
        raise ValueError("expected a string")


class Number(Kind[float]):
    """A number that is not below `least`."""

    def __init__(self, least: float) -> None:
        self.least = least

    def schema(self) -> dict[str, Any]:
        """What the editor's settings page must know."""
        return {"type": "number", "minimum": self.least}

    def read(self, raw: object) -> float:
        """The value that `raw` stands for."""
        if isinstance(raw, (int, float)) and not isinstance(raw, bool) and self.least <= raw < float("inf"):
            return raw
        raise ValueError(f"expected a number from {self.least:g} up")


class Count(Kind[int]):
    """A whole number that is not below 0."""

    def schema(self) -> dict[str, Any]:
        """What the editor's settings page must know."""
        return {"type": "integer", "minimum": 0}

    def read(self, raw: object) -> int:
        """The value that `raw` stands for."""
        if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0:
            return raw
        raise ValueError("expected a whole number from 0 up")


class Selectors(Kind[tuple[str, ...]]):
    """A list of checks: `all`, codes, beginnings of codes, names."""

    def schema(self) -> dict[str, Any]:
        """What the editor's settings page must know."""
        known = [word for check in all_checks() for word in (check.code, check.name)]
        item = {"anyOf": [{"enum": [EVERYTHING_WORD, *known]}, {"type": "string", "pattern": "^GS[0-9]{0,3}$"}]}
        return {"type": "array", "uniqueItems": True, "items": item}

    def read(self, raw: object) -> tuple[str, ...]:
        """The value that `raw` stands for."""
        if isinstance(raw, str):
            raw = raw.split(",")
        if not isinstance(raw, list):
            raise ValueError('expected a list of checks like ["GS302", "GS6"]')
        return tuple(_selector(one) for one in raw if one != "")


class Severities(Kind[Mapping[str, "Severity | None"]]):
    """A table from checks to how loud they are."""

    WORDS = (*(severity.value for severity in Severity), "off")

    def schema(self) -> dict[str, Any]:
        """What the editor's settings page must know."""
        value = {"type": "string", "enum": list(self.WORDS)}
        known = {check.name: {**value, "description": check.title} for check in all_checks()}
        return {"type": "object", "properties": known, "additionalProperties": value}

    def read(self, raw: object) -> Mapping[str, Severity | None]:
        """The value that `raw` stands for."""
        if not isinstance(raw, Mapping):
            raise ValueError('expected a table like {"GS303": "information"}')
        table: dict[str, Severity | None] = {}
        for selector, word in raw.items():
            if word not in self.WORDS:
                raise ValueError(f"{selector} is {word!r}; expected one of {', '.join(self.WORDS)}")
            table[_selector(selector)] = None if word == "off" else Severity(word)
        return table


class PerFile(Kind[Mapping[str, tuple[str, ...]]]):
    """A table from patterns of paths to lists of checks."""

    def schema(self) -> dict[str, Any]:
        """What the editor's settings page must know."""
        return {"type": "object", "additionalProperties": Selectors().schema()}

    def read(self, raw: object) -> Mapping[str, tuple[str, ...]]:
        """The value that `raw` stands for."""
        if not isinstance(raw, Mapping):
            raise ValueError('expected a table like {"tests/*": ["all"]}')
        return {str(pattern): Selectors().read(selectors) for pattern, selectors in raw.items()}


def _selector(raw: object) -> str:
    """A selector as it is compared. Raises ValueError where it can mean no check."""
    if not isinstance(raw, str):
        raise ValueError(f"{raw!r} is no check; expected a code or a name")
    word = raw.strip()
    if word.lower() == EVERYTHING_WORD:
        return EVERYTHING_WORD
    if re.fullmatch(r"[gG][sS]\d{0,3}", word):
        word = word.upper()
        known = any(check.code.startswith(word) for check in all_checks())
    else:
        known = any(check.name == word for check in all_checks())
    if not known:
        raise ValueError(f"no check is called {raw!r}")
    return word
