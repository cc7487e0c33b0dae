"""What became of tensors outside torch: Python numbers, lists of them, arrays; recognised when they come back."""

from __future__ import annotations

import sys
import weakref
from collections import OrderedDict
from typing import Any

from .identity import Identity
from .protocol import ARRAY, NUMBER

_KEPT = 4096
_LONGEST_KEPT_LIST = 10_000
_SHARED_INTEGERS = range(-5, 257)
"""Python has one object for each of these, so that its identity says nothing."""

_Wire = list  # a value as it travels


class Escapes:
    """Remembers escaped data by identity."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        # Numbers and lists cannot be referred to weakly, so the last few are kept; they are small.
        self._kept: OrderedDict[int, tuple[object, _Wire[Any], bool]] = OrderedDict()
        self._arrays: dict[int, tuple[weakref.ref[Any], _Wire[Any], bool]] = {}

    def note(self, item: object, event: int, of_graph: bool) -> list[object] | None:
        """The value for something that a tensor was turned into; None for what carries no data on."""
        if isinstance(item, list):
            if len(item) > _LONGEST_KEPT_LIST:
                return [self._identity.next(), NUMBER, 0, None, None, None, event, None]
            value = self._keep(item, event, of_graph)
            for part in item:
                if isinstance(part, float):
                    self._kept[id(part)] = (part, value, of_graph)
            return value
        if isinstance(item, bool) or not isinstance(item, (int, float, complex)):
            return self._note_array(item, event, of_graph) if _is_array(item) else None
        if isinstance(item, int) and item in _SHARED_INTEGERS:
            return [self._identity.next(), NUMBER, 0, None, None, None, event, None]
        return self._keep(item, event, of_graph)

    def _keep(self, item: object, event: int, of_graph: bool) -> list[object]:
        value: list[object] = [self._identity.next(), NUMBER, 0, None, None, None, event, None]
        self._kept[id(item)] = (item, value, of_graph)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return value

    def _note_array(self, item: object, event: int, of_graph: bool) -> list[object]:
        shape = list(getattr(item, "shape", ()))
        value: list[object] = [self._identity.number(item), ARRAY, 0, None, shape, None, event, None]
        key = id(item)
        self._arrays[key] = (weakref.ref(item, lambda _: self._arrays.pop(key, None) and None), value, of_graph)
        return value

    def find(self, item: object) -> tuple[list[object], bool] | None:
        """The value of something that escaped before, and whether its tensor required grad."""
        entry = self._kept.get(id(item)) or self._arrays.get(id(item))
        if entry is not None:
            return entry[1], entry[2]
        base = getattr(item, "base", None) if _is_array(item) else None
        return self.find(base) if base is not None else None


def _is_array(item: object) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(item, numpy.ndarray)
