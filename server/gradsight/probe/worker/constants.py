"""The arguments of an op that are no tensors, in the words of the events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_OF_LAYERS = ("dim", "min_val", "max_val")
_LONGEST = 64


def constants(name: str, args: Any, kwargs: Mapping[str, Any], layer: object | None) -> list[list[object]]:
    """Numbers, strings and bools by position or keyword; of a layer, what it was built with."""
    if layer is not None:
        of_layer = [[key, getattr(layer, key, None)] for key in _OF_LAYERS]
        return [pair for pair in of_layer if isinstance(pair[1], (int, float))]
    given = [(str(index), item) for index, item in enumerate(args)] if isinstance(args, (tuple, list)) else []
    found: list[list[object]] = []
    for key, item in [*given, *kwargs.items()]:
        if key == "1" and name.endswith(("__getitem__", "__setitem__")):
            found.append([key, [_part(part) for part in (item if isinstance(item, tuple) else (item,))]])
        elif type(item) in (int, float, bool) or (type(item) is str and len(item) <= _LONGEST):
            found.append([key, item])
    return found


def _part(item: object) -> str:
    """One part of a subscript as a text."""
    if item is None or type(item) is int:
        return repr(item)
    if item is ...:
        return "..."
    return ":" if isinstance(item, slice) and item == slice(None) else "?"
