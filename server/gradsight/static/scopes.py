"""The names of all scopes of a state: a map of maps in layers. A scope is copied when somebody first looks into it."""

from __future__ import annotations

from typing import Any

from gradsight.static.layers import GONE, Layer, Map, changes, common_floor
from gradsight.static.objects import Object

Names = Map[str, Object]

EXISTS = ""
"""Under this name the changes of scopes say that a scope came (True) or went (GONE)."""


class Scopes:
    """By number: the names of a scope."""

    __slots__ = ("_below", "_own")

    def __init__(self, below: Layer | None = None) -> None:
        self._own: dict[int, Any] = {}
        self._below = below
        # A layer of scopes holds the uppermost layer of each one's names, or GONE.

    def fork(self) -> Scopes:
        """A copy that can go its own way."""
        return Scopes(self.freeze())

    def freeze(self) -> Layer | None:
        """Everything in it as layers that do not change any more."""
        if self._own:
            own: dict[int, Any] = {
                number: names if names is GONE else (names.freeze() or Layer({})) for number, names in self._own.items()
            }
            below = self._below
            while below is not None and not below.border and below.below is not None and len(below.own) <= 2 * len(own):
                own, below = {**below.own, **own}, below.below
            self._own, self._below = {}, Layer(own, below)
        return self._below

    def get(self, number: int) -> Names | None:
        """The names of a scope, None if there is no such scope."""
        found = self._own.get(number)
        if found is None:
            layer = self._layer(number)
            found = self._own[number] = GONE if layer is GONE else Map(None, layer)
        return None if found is GONE else found

    def _layer(self, number: int) -> Any:
        """The frozen names of a scope, with a border in them for each border around the scopes."""
        layer, passed = self._below, []
        found: Any = GONE
        while layer is not None:
            found = layer.own.get(number)
            if found is not None:
                break
            if layer.border:
                passed.append(layer)
            layer = layer.below
        else:
            found = GONE
        for border in reversed(passed):
            if found is not GONE:
                found = Layer({}, found, border=True)
            border.own[number] = found
        return found

    def __getitem__(self, number: int) -> Names:
        names = self.get(number)
        if names is None:
            raise KeyError(number)
        return names

    def __contains__(self, number: int) -> bool:
        return self.get(number) is not None

    def __setitem__(self, number: int, names: dict[str, Object]) -> None:
        self._own[number] = Map(names)

    def setdefault(self, number: int, names: dict[str, Object]) -> Names:
        """The names of a scope, which there is from now on."""
        if self.get(number) is None:
            self[number] = names
        return self[number]

    def __delitem__(self, number: int) -> None:
        self._own[number] = GONE

    def pop(self, number: int) -> Names:
        """Removes a scope; its names. There are none if it is not there."""
        names = self.get(number)
        self._own[number] = GONE
        return Map() if names is None else names

    # --- in layers ---------------------------------------------------------------------------

    def top(self) -> Layer | None:
        """The uppermost frozen layer."""
        return self._below

    def touched(self, floor: Layer | None) -> set[int]:
        """The scopes that were looked into or changed above a layer of the chain."""
        found = set(self._own)
        layer = self._below
        while layer is not None and layer is not floor:
            if not layer.border:
                found.update(layer.own)
            layer = layer.below
        return found

    def changed_against(self, other: Scopes) -> set[int]:
        """The scopes in which this and a copy may differ."""
        floor = common_floor(self._below, other._below)
        return self.touched(floor) | other.touched(floor)

    def above(self, border: Layer) -> dict[tuple[int, str], Any]:
        """What was changed above a border: by scope and name, GONE for what was removed."""
        found: dict[tuple[int, str], Any] = {}
        for number in sorted(self.touched(border)):
            known = border.own.get(number)
            names = self._own.get(number)
            if names is None:
                names = _in_layers(self._below, border, number)
            if names is GONE:
                if known is not None and known is not GONE:
                    found[number, EXISTS] = GONE
                continue
            own, below = (names._own, names._below) if isinstance(names, Map) else (names.own, names.below)
            if isinstance(names, Layer) and names.border:
                continue  # looked into, not changed
            floor = known if isinstance(known, Layer) and _has(below, known) else None
            if floor is None:
                found[number, EXISTS] = True
            for name, item in changes(own, below, floor).items():
                if floor is not None or item is not GONE:
                    found[number, name] = item
        return found


def _in_layers(layer: Layer | None, border: Layer, number: int) -> Any:
    while layer is not None and layer is not border:
        if not layer.border and number in layer.own:
            return layer.own[number]
        layer = layer.below
    return GONE


def _has(chain: Layer | None, layer: Layer) -> bool:
    while chain is not None and chain is not layer:
        chain = chain.below
    return chain is layer


def looked_up(border: Layer) -> dict[tuple[int, str], Any]:
    """What was looked up through a border around scopes: by scope and name."""
    found: dict[tuple[int, str], Any] = {}
    for number, names in border.own.items():
        if names is GONE:
            found[number, EXISTS] = GONE
        else:
            for name, item in names.own.items():
                found[number, name] = item
    return found
