"""Graphs that stay alive: what each pass of a loop adds to something that lasts, and that nobody backpropagates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import prod

from gradsight.autograd.events import Applied, BackwardCalled, Event, Opaque, Trace
from gradsight.autograd.graph import Behind, behind, operands
from gradsight.autograd.loop_events import Kept, Looped, WalkedAlone
from gradsight.autograd.training import Backwards
from gradsight.autograd.values import Value

_ADDING = ("__add__", "__radd__", "__iadd__", "add", "add_", "__sub__", "__isub__")
_JOINING = ("cat", "concat", "concatenate", "hstack", "vstack")
_ARITHMETIC = (*_ADDING, "__mul__", "__rmul__", "mul", "__truediv__", "div", "__rsub__", "join", *_JOINING)
_DEEPEST = 4
_FEW = 4
"""So many passes of a loop are no pile."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """A place that keeps the graph of every pass."""

    events: tuple[Event, ...]
    """One for each pass that was seen, in order: `Kept`, or the additions."""
    values: tuple[Value, ...]
    """What was added, with its history."""
    container: int | None
    """Into which container; None: into a running sum."""
    call: BackwardCalled | None
    """The backward that goes through what was added (but not through what it was added to)."""
    passes: int | None
    """How often the loop runs; None: unknown."""
    alone: WalkedAlone | None
    """The function that nobody calls in which it stands."""


class Keepings:
    """What one trace piles up."""

    def __init__(self, trace: Trace, backwards: Backwards) -> None:
        self.trace = trace
        self.backwards = backwards

    def each(self) -> Iterator[Keeping]:
        """Every pile through which no backward in sight goes."""
        if not self.trace.complete and not self.trace.observed:
            return
        for kept in self._containers():
            values = tuple(value for event in kept for value in event.values)
            found = self._keeping(kept, values, kept[0].container)
            if found is not None and not self._is_consumed(kept) and not self._is_out_of_sight(kept[0].container):
                yield found
        for chain in self._sums():
            found = self._keeping([event for event, _ in chain], tuple(value for _, value in chain), None)
            made = {event.id for event, _ in chain}
            if found is not None and not self._reaches_backward(made) and not self.escapes(made):
                yield found

    # --- what piles up -----------------------------------------------------------------------

    def _containers(self) -> Iterator[list[Kept]]:
        groups: dict[tuple[object, ...], list[Kept]] = defaultdict(list)
        for event in self.trace.each(Kept):
            groups[event.site, event.container].append(event)
        yield from (group for group in groups.values() if len(group) > 1)

    def _sums(self) -> Iterator[list[tuple[Applied, Value]]]:
        """Additions at one place of which each adds to the result of the one before."""
        by_site: dict[object, list[Applied]] = defaultdict(list)
        for event in self.trace.each(Applied):
            adds = event.op.rpartition(".")[2] in (*_ADDING, *_JOINING)
            if adds and any(value.requires_grad for value in event.outputs):
                by_site[event.site].append(event)
        for additions in by_site.values():
            chain: list[tuple[Applied, Value]] = []
            for before, after in pairwise(additions):
                added = self._added(before, after)
                if added is not None:
                    first = self._first_added(before, added) if not chain else None
                    chain += [(before, first)] if first is not None else []
                    chain.append((after, added))
            if chain:
                yield chain

    def _added(self, before: Applied, after: Applied) -> Value | None:
        """What `after` adds to the result of `before`, if that is what it does."""
        sides = list(operands(after))
        totals = [side for side in sides if self._comes_from(side, before, _DEEPEST)]
        others = [side for side in sides if side not in totals and side.requires_grad]
        if len(totals) != 1 or len(others) != 1:
            return None
        nodes = behind(self.trace, others[0]).nodes
        return None if any(node.id == before.id for node in nodes) else others[0]

    def _comes_from(self, value: Value, event: Applied, depth: int) -> bool:
        maker = self.trace.maker(value)
        if maker is event or depth == 0:
            return maker is event
        if not isinstance(maker, Applied) or maker.op.rpartition(".")[2] not in _ARITHMETIC:
            return False
        return any(self._comes_from(operand, event, depth - 1) for operand in operands(maker))

    @staticmethod
    def _first_added(before: Applied, like: Value) -> Value | None:
        sides = [value for value in operands(before) if value.requires_grad]
        return next((value for value in sides if value.name == like.name), sides[-1] if sides else None)

    # --- how it is told ----------------------------------------------------------------------

    def _keeping(self, events: Sequence[Event], values: tuple[Value, ...], container: int | None) -> Keeping | None:
        passes = self._passes(events)
        alone = next((each for each in self._alone if each.begin < events[0].id < each.id), None)
        if passes is not None and passes <= _FEW:
            return None
        if alone is not None and container is not None and container < alone.begin:
            return None
        return Keeping(tuple(events), values, container, self._call_through(values), passes, alone)

    def _passes(self, events: Sequence[Event]) -> int | None:
        if self.trace.observed:
            return len(events)
        lengths: dict[object, int | None] = {}
        for before, after in pairwise(events):
            # A loop ends before those around it: the first that holds both is the innermost.
            around = (loop for loop in self._loops if loop.begin < before.id and after.id < loop.id)
            loop = next(around, None)
            if loop is not None:
                lengths[loop.site] = loop.length
        if not lengths:
            return len(events)
        known = [length for length in lengths.values() if length is not None]
        return prod(known) if len(known) == len(lengths) else None

    @cached_property
    def _loops(self) -> tuple[Looped, ...]:
        return tuple(self.trace.each(Looped))

    @cached_property
    def _alone(self) -> tuple[WalkedAlone, ...]:
        return tuple(self.trace.each(WalkedAlone))

    def _call_through(self, values: tuple[Value, ...]) -> BackwardCalled | None:
        """The last backward whose graph has something in common with one of these values."""
        ids: set[int] = set()
        for value in values:
            ids.add(value.id)
            ids.update(part.id for node in behind(self.trace, value).nodes for part in operands(node))
        calls = (call for call, through in reversed(self._through) if not ids.isdisjoint(through))
        return next(calls, None)

    @cached_property
    def _through(self) -> list[tuple[BackwardCalled, set[int]]]:
        """Each call with the ids of the computed values that it goes through."""
        return [
            (call, {root.id for root in call.roots} | {out.id for node in graph.nodes for out in node.outputs})
            for call, graph in self.backwards
        ]

    def are_apart(self, keeping: Keeping) -> bool:
        """Whether the passes run the same parameters on data, each in a graph of its own."""
        met: set[int] = set()
        leaves: set[int] | None = None
        for value in keeping.values:
            graph = behind(self.trace, value)
            nodes = {node.id for node in graph.nodes}
            if not met.isdisjoint(nodes) or (graph.complete and not graph.sources):
                return False
            met |= nodes
            own = {number for number, leaf in graph.leaves.items() if leaf.is_parameter}
            leaves = own if leaves is None else leaves & own
        return bool(leaves)

    # --- what becomes of it ------------------------------------------------------------------

    def _is_consumed(self, kept: Sequence[Kept]) -> bool:
        """Whether a backward goes through several of the values that were kept, or through one from an earlier pass."""
        for call, through in self._through:
            met = [event for event in kept if any(value.id in through for value in event.values)]
            if len(met) > 1 or (met and any(met[0].id < event.id < call.id for event in kept if event is not met[0])):
                return True
        return False

    def _reaches_backward(self, made: set[int]) -> bool:
        return any(not made.isdisjoint(node.id for node in graph.nodes) for _, graph in self.backwards)

    def _is_out_of_sight(self, number: int) -> bool:
        return any(event.touched is None or number in event.touched for event in self._leaving)

    def escapes(self, made: set[int]) -> bool:
        """Whether code that cannot be seen gets something that was computed by these events or from their results."""
        events, ids = set(made), set[int]()
        for event in self.trace.each(Applied):
            if event.id in events or any(value.made_by in events for value in operands(event)):
                events.add(event.id)
                ids.update(value.id for value in event.outputs)
        return any(event.touched is None or not ids.isdisjoint(event.touched) for event in self._leaving)

    def goes_through(self, made: set[int]) -> bool:
        """Whether a backward goes through what these events have computed."""
        return self._reaches_backward(made)

    @cached_property
    def _leaving(self) -> tuple[Opaque | WalkedAlone, ...]:
        return tuple(event for event in self.trace.events if isinstance(event, Opaque | WalkedAlone))

    def is_unclear_after(self, event: Event) -> bool:
        """Whether a later backward starts from something of unknown origin, so that it may go through anything."""
        return any(call.id > event.id and not _is_clear(self.trace, call, graph) for call, graph in self.backwards)


def _is_clear(trace: Trace, call: BackwardCalled, graph: Behind) -> bool:
    """Whether all that came into the graph from nowhere came through a module's own parameters."""
    if graph.complete:
        return True
    inputs = [value for node in graph.nodes if node.op != "module" for value in operands(node)]
    return not any(
        trace.maker(value) is None and value.requires_grad is not False and value.is_leaf is not True
        for value in (*call.roots, *inputs)
    )


