"""A piece of a walk as one unit: on what it depended, what it changed, what it recorded; and repeating it.

A block is what the walk of one top-level statement leaves, or that of a function walked alone. It can be repeated
instead of being walked again wherever all that it looked up is the same: then it would do the same again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from gradsight.autograd.events import Event, Site
from gradsight.autograd.values import Value
from gradsight.static.functions import MOST_ENTRIES
from gradsight.static.layers import GONE, Layer, Map
from gradsight.static.mentions import is_open, links_of
from gradsight.static.objects import Code
from gradsight.static.scopes import EXISTS, Scopes, looked_up
from gradsight.static.state import MAPS, State
from gradsight.static.walker import MODULE_SCOPE, Walker

Facts: TypeAlias = dict[str, dict[Any, Any]]
"""By map of the state: what it holds or held under some keys; GONE for nothing."""

HISTORY = "history"
"""Beside the maps of a state: events by id."""


class Base:
    """The state between two blocks, as plain dictionaries; a block is walked in layers above it."""

    def __init__(self) -> None:
        self.maps: Facts = {name: {} for name in MAPS}
        self.scopes: dict[int, Layer] = {MODULE_SCOPE: Layer({})}

    def begin(self) -> State:
        """A state to walk a block in, with borders around what it starts from."""
        state = State()
        for name in MAPS:
            setattr(state, name, Map(None, Layer({}, Layer(self.maps[name]), border=True)))
        state.scopes = Scopes(Layer({}, Layer(self.scopes), border=True))
        return state

    def apply(self, changes: Facts) -> None:
        """Goes on by what a block changed."""
        for name, changed in changes.items():
            if name == "scopes":
                self._apply_to_scopes(changed)
                continue
            held = self.maps[name]
            held.update(changed)
            if GONE in changed.values():
                for key, item in changed.items():
                    if item is GONE:
                        del held[key]

    def _apply_to_scopes(self, changed: dict[tuple[int, str], Any]) -> None:
        for (number, name), item in changed.items():
            if name == EXISTS:
                if item is GONE:
                    self.scopes.pop(number, None)
                else:
                    self.scopes[number] = Layer({})
            elif item is GONE:
                self.scopes[number].own.pop(name, None)
            else:
                self.scopes[number].own[name] = item

    def holds(self, name: str, key: Any, item: Any) -> bool:
        """Whether one thing is as it was when it was looked up."""
        if name == "scopes":
            names = self.scopes.get(key[0])
            now = GONE if names is None else names.own.get(key[1], GONE)
        else:
            now = self.maps[name].get(key, GONE)
        return now is item or now == item


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """What the walk of a piece left."""

    reads: Facts
    """What it looked up of the state that it began in."""
    whole: frozenset[str]
    """The maps of which it went through all that was in them."""
    history: Mapping[int, Event | None]
    """The earlier events that it looked at; None where there was none."""
    changes: Facts
    home: int
    """The step that its numbers are of."""
    links: frozenset[int]
    """The other steps that its events mention something of."""
    open: bool
    """Whether one of its events may be about anything at all."""
    events: tuple[Event, ...]
    imported: Mapping[int, Event]
    """Those of its events that happened in imported modules, by id."""
    names: Mapping[Site, Value]
    entered: Mapping[Code, int]
    """How often it walked each function."""
    refused: Mapping[Code, int]
    """Functions that had been walked too often to be walked again, and how often that was when it began."""
    work: int
    """What it took from the budget."""
    budget: int
    """What there was of it."""
    spent: bool
    """Whether it ended because nothing was left."""
    complete: bool
    """Whether nothing had to be left out."""


def finish(w: Walker, before: State, changes: Facts, entered: Mapping[Code, int], budget: int) -> Block:
    """What a walker has done since it began a block in the state `before`, with so much budget."""
    reads, whole = reads_of(before)
    return Block(
        reads=reads,
        whole=whole,
        history=w.recorder.history,
        changes=changes,
        home=w.recorder.step,
        links=links_of(w.recorder.events, w.recorder.step),
        open=is_open(w.recorder.events),
        events=tuple(w.recorder.events),
        imported={event.id: event for event in w.recorder.events if event.id < 0},
        names=w.recorder.names,
        entered=dict(Counter(w.log.entered)),
        refused={code: entered.get(code, 0) for code in w.log.refused},
        work=budget - w.budget,
        budget=budget,
        spent=w.log.spent,
        complete=w.log.complete,
    )


def may_enter(block: Block, entered: Mapping[Code, int]) -> bool:
    """Whether the functions that a block walked may be walked as often now, and no others."""
    for code, count in block.entered.items():
        if entered.get(code, 0) + count > MOST_ENTRIES + 1:
            return False
    for code, count in block.refused.items():
        now = entered.get(code, 0)
        if now != count and min(now, count) <= MOST_ENTRIES:
            return False
    return True


def reads_of(state: State) -> tuple[Facts, frozenset[str]]:
    """What was looked up in a state since its block began, and of which maps everything."""
    reads: Facts = {}
    whole: set[str] = set()
    for name in MAPS:
        border = _border(getattr(state, name).top())
        if border.own:
            reads[name] = border.own
        if border.whole:
            whole.add(name)
    border = _border(state.scopes.top())
    found = looked_up(border)
    if found:
        reads["scopes"] = found
    if any(isinstance(names, Layer) and names.whole for names in border.own.values()):
        whole.add("scopes")
    return reads, frozenset(whole)


def changes_of(state: State) -> Facts:
    """What was changed in a state since its block began."""
    changes: Facts = {}
    for name in MAPS:
        changed: Map[Any, Any] = getattr(state, name)
        border = _border(changed.top())
        own = changed.above(border)
        if own:
            below = border.below
            assert below is not None
            # What a block made and threw away again leaves no trace.
            own = {key: item for key, item in own.items() if item is not GONE or key in below.own}
        if own:
            changes[name] = own
    found = state.scopes.above(_border(state.scopes.top()))
    if found:
        changes["scopes"] = found
    return changes


def _border(layer: Layer | None) -> Layer:
    while layer is not None and not layer.border:
        layer = layer.below
    assert layer is not None
    return layer


class Differences:
    """Where the state of a walk may differ from that of the earlier walk at the same point."""

    def __init__(self) -> None:
        self._keys: dict[str, set[Any]] = {}

    def add(self, name: str, keys: Iterable[Any]) -> None:
        """These may be different."""
        self._keys.setdefault(name, set()).update(keys)

    def without(self, block: Block) -> None:
        """The walk does not do any more what a block did."""
        for name, changed in block.changes.items():
            self.add(name, changed)
        self.add(HISTORY, (event.id for event in block.events))

    def repeated(self, block: Block) -> None:
        """Both walks did the same."""
        for name, keys in self._keys.items():
            changed = block.changes.get(name)
            if changed and keys:
                keys.difference_update(changed)

    def replaced(self, old: Block, new: Block) -> None:
        """Where the earlier walk did `old`, this one does `new`."""
        for name in old.changes.keys() | new.changes.keys():
            was, became = old.changes.get(name, {}), new.changes.get(name, {})
            keys = self._keys.setdefault(name, set())
            for key in was.keys() | became.keys():
                here, there = became.get(key, _NOTHING), was.get(key, _NOTHING)
                if here is there or (here is not _NOTHING and there is not _NOTHING and here == there):
                    keys.discard(key)
                else:
                    keys.add(key)
        self.add(HISTORY, _other_events(new.events, old.events))

    def touch(self, block: Block, base: Base, earlier: Callable[[int], Event | None]) -> bool:
        """Whether a block of the earlier walk depends on anything that is different now."""
        for name, keys in self._keys.items():
            if not keys:
                continue
            if name in block.whole:
                return True
            if name == HISTORY:
                if any(
                    not same_event(earlier(number), event) for number, event in block.history.items() if number in keys
                ):
                    return True
                continue
            reads = block.reads.get(name)
            if reads is None or reads.keys().isdisjoint(keys):
                continue
            smaller, larger = (reads, keys) if len(reads) < len(keys) else (keys, reads)
            if any(not base.holds(name, key, reads[key]) for key in smaller if key in larger):
                return True
        return False


_NOTHING = object()


def _other_events(new: tuple[Event, ...], old: tuple[Event, ...]) -> set[int]:
    here, there = ({event.id: event for event in events} for events in (new, old))
    return {number for number in here.keys() | there.keys() if not same_event(here.get(number), there.get(number))}


def same_event(new: Event | None, old: Event | None) -> bool:
    """Whether the same happened, be it at another place."""
    if new is old:
        return True
    if new is None or old is None or type(new) is not type(old):
        return False
    return new == old or replace(new, site=old.site, calls=old.calls) == old
