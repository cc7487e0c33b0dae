"""Mappings in layers: copying one costs nothing, and what a piece of the walk reads and writes shows in its layers.

A `Map` is a dictionary of its own changes above a chain of frozen layers that it shares with its copies. A border
in the chain separates what a piece of the walk changed (above) from what it found (below); it notes every key
that was looked up through it, with what was found, so that it is known on what the piece depended.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, TypeVar, overload

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")


class _Mark:
    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


GONE: Any = _Mark("GONE")
"""Stands in a layer for a key that was removed, or was looked up and not there."""
_ABSENT: Any = _Mark("ABSENT")
_WORTH_KEEPING_APART = 2


class Layer:
    """A frozen part of a map: changes above `below`. In a border `own` is what was looked up through it."""

    __slots__ = ("below", "border", "own", "whole")

    def __init__(self, own: dict[Any, Any], below: Layer | None = None, *, border: bool = False) -> None:
        self.own = own
        self.below = below
        self.border = border
        self.whole = False
        """Of a border: whether somebody went through all keys."""


def _look_below(start: Layer | None, key: object) -> Any:
    """What the chain holds under `key`, GONE if nothing; borders on the way take note."""
    layer, passed = start, None
    found = GONE
    while layer is not None:
        found = layer.own.get(key, _ABSENT)
        if found is not _ABSENT:
            break
        if layer.border:
            passed = [layer] if passed is None else [*passed, layer]
        layer = layer.below
    else:
        found = GONE
    if passed is not None:
        for border in passed:
            border.own[key] = found
    return found


class Map(Generic[K, V]):
    """A dictionary whose copies share what they have in common."""

    __slots__ = ("_below", "_own")

    def __init__(self, own: dict[K, V] | None = None, below: Layer | None = None) -> None:
        self._own: dict[Any, Any] = {} if own is None else own
        self._below = below

    def fork(self) -> Map[K, V]:
        """A copy that can go its own way."""
        return Map(None, self.freeze())

    def freeze(self) -> Layer | None:
        """Everything in it as frozen layers. Small ones are merged, so that chains stay short."""
        if self._own:
            own, below = self._own, self._below
            while (
                below is not None
                and not below.border
                and below.below is not None
                and len(below.own) <= _WORTH_KEEPING_APART * len(own)
            ):
                own, below = {**below.own, **own}, below.below
            self._own, self._below = {}, Layer(own, below)
        return self._below

    # --- as a dictionary ---------------------------------------------------------------------

    def __getitem__(self, key: K) -> V:
        found = self._own.get(key, _ABSENT)
        if found is _ABSENT:
            found = _look_below(self._below, key)
        if found is GONE:
            raise KeyError(key)
        return found  # type: ignore[no-any-return]

    @overload
    def get(self, key: K) -> V | None: ...

    @overload
    def get(self, key: K, default: D) -> V | D: ...

    def get(self, key: K, default: Any = None) -> Any:
        """What is held under `key`, else `default`."""
        found = self._own.get(key, _ABSENT)
        if found is _ABSENT:
            found = _look_below(self._below, key)
        return default if found is GONE else found

    def __contains__(self, key: object) -> bool:
        found = self._own.get(key, _ABSENT)
        return (found if found is not _ABSENT else _look_below(self._below, key)) is not GONE

    def __setitem__(self, key: K, item: V) -> None:
        self._own[key] = item

    def __delitem__(self, key: K) -> None:
        if key not in self:
            raise KeyError(key)
        self._own[key] = GONE

    def setdefault(self, key: K, default: V) -> V:
        """What is held under `key`, which is `default` from now on if it was nothing."""
        found = self.get(key, _ABSENT)
        if found is _ABSENT:
            self._own[key] = default
            return default
        return found

    @overload
    def pop(self, key: K) -> V | None: ...

    @overload
    def pop(self, key: K, default: D) -> V | D: ...

    def pop(self, key: K, default: Any = None) -> Any:
        """Removes a key; what it held, else `default`."""
        found = self.get(key, _ABSENT)
        if found is _ABSENT:
            return default
        self._own[key] = GONE
        return found

    def update(self, items: dict[K, V]) -> None:
        """Takes over all of `items`."""
        self._own.update(items)

    def items(self) -> Iterator[tuple[K, V]]:
        """All keys with what they hold, as they are now."""
        return iter(self._flat().items())

    def values(self) -> Iterator[V]:
        """All that is held."""
        return iter(self._flat().values())

    def __iter__(self) -> Iterator[K]:
        return iter(self._flat())

    def __len__(self) -> int:
        return len(self._flat())

    def _flat(self) -> dict[K, V]:
        layers: list[dict[Any, Any]] = [self._own]
        layer = self._below
        while layer is not None:
            if layer.border:
                layer.whole = True
            else:
                layers.append(layer.own)
            layer = layer.below
        flat: dict[K, V] = {}
        for own in reversed(layers):
            flat.update(own)
        return {key: item for key, item in flat.items() if item is not GONE}

    # --- in layers ---------------------------------------------------------------------------

    def above(self, floor: Layer | None) -> dict[K, Any]:
        """What was changed above a layer of its chain (of all layers, where that is not in it); GONE: removed."""
        return changes(self._own, self._below, floor)

    def top(self) -> Layer | None:
        """The uppermost frozen layer."""
        return self._below


def changes(own: dict[Any, Any], below: Layer | None, floor: Layer | None) -> dict[Any, Any]:
    """The changes in a dictionary and the layers under it, down to `floor`."""
    layers = [own] if own else []
    while below is not None and below is not floor:
        if not below.border:
            layers.append(below.own)
        below = below.below
    if len(layers) == 1:
        return layers[0]
    merged: dict[Any, Any] = {}
    for each in reversed(layers):
        merged.update(each)
    return merged


def common_floor(one: Layer | None, other: Layer | None) -> Layer | None:
    """The uppermost layer that two chains share."""
    if one is other:
        return one
    mine: set[int] = set()
    while one is not None:
        mine.add(id(one))
        one = one.below
    while other is not None and id(other) not in mine:
        other = other.below
    return other
