"""What the events of a piece of a walk mention: the other pieces that made it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any

from gradsight.autograd.events import Event, GradsCleared, Opaque, OptimizerBuilt, Site, Stepped
from gradsight.autograd.values import Value
from gradsight.static.recorder import PER_STEP

_PLAIN = (str, bool, float, Enum, Site)
_SEVERAL = (tuple, list, set, frozenset)
_PLACES = frozenset({"site", "calls", "branch", "raised"})


def home_of(number: int) -> int:
    """The step that gave a number out; for what an imported module made, its place there."""
    return number // PER_STEP if number >= 0 else number >> 40


def links_of(events: Sequence[Event], home: int) -> frozenset[int]:
    """The steps other than `home` that events mention something of."""
    numbers: set[int] = set()
    seen: set[int] = set()
    for event in events:
        numbers.add(event.id)
        kind: Any = type(event)
        for name in _mentioning(kind):
            item = getattr(event, name)
            if item is None or item == ():
                continue
            if type(item) is Value:
                item = (item,)
            elif type(item) is not tuple or type(item[0]) is not Value:
                _gather(item, numbers, seen)
                continue
            for value in item:
                if id(value) not in seen:
                    seen.add(id(value))
                    numbers.update((value.id, value.storage or 0, value.made_by or 0))
    return frozenset([home_of(number) for number in numbers if not 0 <= number < PER_STEP]) - {home}


def is_open(events: Iterable[Event]) -> bool:
    """Whether one of the events may be about anything at all."""
    return any(
        (isinstance(event, Opaque) and event.touched is None)
        or (isinstance(event, GradsCleared | OptimizerBuilt | Stepped) and event.parameters is None)
        for event in events
    )


@cache
def _mentioning(kind: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind) if each.name not in _PLACES and each.type not in ("str", "bool"))


def _gather(item: Any, numbers: set[int], seen: set[int]) -> None:
    if item is None or isinstance(item, _PLAIN):
        return
    if isinstance(item, int):
        numbers.add(item)
    elif isinstance(item, Value):
        if id(item) not in seen:
            seen.add(id(item))
            numbers.add(item.id)
            numbers.add(item.storage or 0)
            numbers.add(item.made_by or 0)
    elif isinstance(item, _SEVERAL):
        for part in item:
            _gather(part, numbers, seen)
    elif isinstance(item, Mapping):
        for key, part in item.items():
            _gather(key, numbers, seen)
            _gather(part, numbers, seen)
    elif is_dataclass(item) and not isinstance(item, type):
        for name in _mentioning(type(item)):
            _gather(getattr(item, name), numbers, seen)
