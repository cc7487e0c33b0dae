"""Rows for what cannot be sampled."""

from __future__ import annotations

from typing import Any

NEVER_LISTED: frozenset[str] = frozenset()
HAND_ROWS: dict[str, tuple[str, Any]] = {}
