"""Where a program keeps what it carries from one pass into the next: the statement to point at, by the text."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from gradsight.autograd.events import Applied, BackwardCalled, Event, Site
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
        for text in reads(reader.node) if local else _from_outside(reader):
            region = [loop[1]] if local and loop is not None and "." not in text else []
            kept = _store_of(text, region, made, place.path, behind=place)
            inner = region[0] if region else None
            kept = kept or _store_of(text, _everywhere(view, place), made, place.path, but=inner)
            if kept is not None:
                store, here = kept
                target = here.inside(store.target) or here
                at = Place(place.path, target.range)
                inside = loop is not None and any(_is_in(each, loop[1], call.site.path) for each in made)
                return Edge(at, base(store.target) or text, store, here, place, inside)
    return None


def _is_in(place: Place, loop: Found, path: str) -> bool:
    return place.path == path and loop.range.contains(place.range)


def belongs_to_first(view: View, call: BackwardCalled) -> Callable[[Applied], bool]:
    """Whether an op between two runs of a call stands behind it in the loop, so that it ends the first pass."""
    loop = loop_around(view, call)
    if loop is None:
        return lambda maker: False
    depth, around = loop
    at = view.place(frames(call)[depth])

    def ends_the_pass(maker: Applied) -> bool:
        sites = frames(maker)
        if len(sites) <= depth or sites[:depth] != frames(call)[:depth] or sites[depth].path != at.path:
            return False
        place = view.place(sites[depth])
        return around.range.contains(place.range) and place.range.start > at.range.end

    return ends_the_pass


def in_generator(view: View, event: Event) -> bool:
    """Whether an event happened in a function that yields: when it did so is up to whoever asks for the next item."""
    for site in frames(event):
        found = view.found(view.place(site)) if site.path in view.documents else None
        around = found.around() if found is not None else ()
        function = next((each.node for each in around if isinstance(each.node, ast.FunctionDef)), None)
        if function is not None and any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(function)):
            return True
    return False


def _from_outside(found: Found) -> list[str]:
    """The attributes and outer names that an expression in a function reads, itself or by the local names in it."""
    function = next((each for each in found.around() if isinstance(each.node, ast.FunctionDef)), None)
    texts, known = reads(found.node), set[str]()
    outer = _globals(found)
    while function is not None and (local := [text for text in texts if text not in known and "." not in text]):
        known.update(local)
        for store in stores(function.node.body if isinstance(function.node, ast.FunctionDef) else []):
            if base(store.target) in local:
                texts.extend(text for text in reads(store.value) if text not in texts)
    return [text for text in texts if "." in text or text in outer]


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
    text: str,
    region: Iterable[Found],
    made: list[Place],
    path: str,
    behind: Place | None = None,
    but: Found | None = None,
) -> tuple[Store, Found] | None:
    """The store to `text` that gets the value: its statement holds one of the places where the value was made, or it
    passes on, further down, what such a statement has stored. What is stored before `behind` is read is fresh there;
    stores in `but` do not count.
    """
    near: list[tuple[Store, Found]] = []
    holding: list[tuple[Store, Found]] = []
    for top in region:
        for store in stores([top.node]):
            here = top.inside(store.statement) or top
            if any(place.path == path and here.range.contains(place.range) for place in made):
                holding.append((store, here))
            fresh = behind is not None and here.range.end <= behind.range.start
            fresh = fresh or (but is not None and but.range.contains(here.range))
            if base(store.target) == text and not fresh:
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
