"""The checks, discovered: every module of this package that defines `CHECK`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from gradsight.checks.define import Check


@cache
def all_checks() -> tuple[Check, ...]:
    """All checks by code. Raises ValueError if two share a code or a name."""
    found: list[Check] = []
    for module in pkgutil.iter_modules(__path__):
        check = getattr(importlib.import_module(f"{__name__}.{module.name}"), "CHECK", None)
        if isinstance(check, Check):
            found.append(check)
    for attribute in ("code", "name"):
        values = [getattr(check, attribute) for check in found]
        if twice := {value for value in values if values.count(value) > 1}:
            raise ValueError(f"two checks share the {attribute} {', '.join(sorted(twice))}")
    return tuple(sorted(found, key=lambda check: check.code))
