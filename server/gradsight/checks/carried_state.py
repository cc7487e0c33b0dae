"""Where a program keeps what it carries from one pass into the next: the statement to point at, by the text."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gradsight.autograd.events import BackwardCalled, Event, Site
from gradsight.autograd.stale import Crossing
from gradsight.checks.view import View
from gradsight.syntax.found import Found
from gradsight.syntax.stores import Store, base, reads, stores
from gradsight.text import Place


@dataclass(frozen=True, slots=True)
class Edge:
    """The store that carries a value over, and where it is read again."""

    place: Place
    """The target."""
    name: str
    """What is carried, as the store calls it; of an item what it is an item of."""
    store: Store
    here: Found
    """The statement of the store."""
    read: Place
    """The expression that takes the value up again."""
    inside: bool
    """Whether the value is made in the loop that repeats the call."""


def frames(event: Event) -> tuple[Site, ...]:
    """Where an event happened: the calls that led there from the outermost in, then its own place."""
    return (*event.calls, event.site)


def loop_around(view: View, call: BackwardCalled) -> tuple[int, Found] | None:
    """The innermost loop that repeats a call: in which of its frames it stands, and the loop."""
    sites = frames(call)
    for depth in range(len(sites) - 1, -1, -1):
        found = view.found(view.place(sites[depth]))
        for around in found.around() if found is not None else ():
            if isinstance(around.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                break
            if isinstance(around.node, ast.For | ast.AsyncFor | ast.While):
                return depth, around
    return None


def edge(view: View, call: BackwardCalled, crossing: Crossing) -> Edge | None:
    """The store through which the value of `crossing` gets from one run of `call` to the next."""
    maker = view.trace.maker(crossing.value)
    user: Event = crossing.use if crossing.use is not None else call
    if maker is None:
        return None
    made = [view.place(site) for site in frames(maker)]
    loop = loop_around(view, call)
    for depth, site in enumerate(frames(user)):
        place = view.place(site)
        reader = view.found(place)
        if reader is None:
            continue
        local = loop is not None and depth == loop[0] and _is_in(place, loop[1], call.site.path)
        for text in reads(reader.node):
            if not (local or "." in text or text in _globals(reader)):
                continue
            region = [loop[1]] if local and loop is not None and "." not in text else []
            kept = _store_of(text, region, made, place.path)
            kept = kept or _store_of(text, _everywhere(view, place), made, place.path)
            if kept is not None:
                store, here = kept
                target = here.inside(store.target) or here
                at = Place(place.path, target.range)
                inside = loop is not None and any(_is_in(each, loop[1], call.site.path) for each in made)
                return Edge(at, base(store.target) or text, store, here, place, inside)
    return None


def _is_in(place: Place, loop: Found, path: str) -> bool:
    return place.path == path and loop.range.contains(place.range)


def _globals(found: Found) -> set[str]:
    """The names that the function around declares as living outside of it."""
    for around in found.around():
        if isinstance(around.node, ast.FunctionDef | ast.AsyncFunctionDef):
            nodes = [node for node in ast.walk(around.node) if isinstance(node, ast.Global | ast.Nonlocal)]
            return {name for node in nodes for name in node.names}
    return set()


def _everywhere(view: View, place: Place) -> Iterator[Found]:
    """Every top-level statement of the file."""
    document = view.documents[place.path]
    for placed in document.chunks:
        for statement in placed.chunk.body:
            yield Found(statement, (), document.lines, placed.line)


def _store_of(
    text: str, region: Iterable[Found], made: list[Place], path: str
) -> tuple[Store, Found] | None:
    """The store to `text` that gets the value: its statement holds one of the places where the value was made, or it
    passes on, further down, what such a statement has stored."""
    near: list[tuple[Store, Found]] = []
    holding: list[tuple[Store, Found]] = []
    for top in region:
        for store in stores([top.node]):
            here = top.inside(store.statement) or top
            if any(place.path == path and here.range.contains(place.range) for place in made):
                holding.append((store, here))
            if base(store.target) == text:
                near.append((store, here))
    for store, here in reversed(near):
        if any(here.node is other.node for _, other in holding):
            return store, here
    given = {base(store.target): here for store, here in holding}
    for store, here in reversed(near):
        for name in reads(store.value):
            if name in given:
                source = given[name]
                return (store, here) if here.range.start.line > source.range.start.line else _held_by(holding, name)
    return None


def _held_by(holding: list[tuple[Store, Found]], name: str) -> tuple[Store, Found] | None:
    return next(((store, here) for store, here in reversed(holding) if base(store.target) == name), None)
