"""Walking a trace backwards: which graph is behind a value, and where gradients stop on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from gradsight.autograd.events import Applied, Created, Event, Mutated
from gradsight.autograd.values import Value


@dataclass(frozen=True, slots=True)
class Behind:
    """What lies behind one value, as far as no cut stands in between."""

    nodes: tuple[Applied, ...]
    """Ops of the graph: those whose result requires grad, nearest first."""
    leaves: dict[int, Value]
    """Leaves that require grad, by id: `backward()` from the value gives them a gradient."""
    cuts: tuple[Applied | Created, ...]
    """Events that dropped the history of an input that required grad, nearest first."""
    sources: tuple[Created, ...]
    """Tensors made without a graph that do not require grad, nearest first."""
    complete: bool
    """False where a value of unknown origin lies behind: absence then proves nothing."""


class Makers(Protocol):
    """Whoever knows which event made a value: a trace, or the recorder of one that is still growing."""

    def maker(self, value: Value) -> Event | None:
        """The event that made `value` or last wrote it in place; None where its origin is unknown."""


def operands(event: Applied) -> Iterator[Value]:
    """What flows into an op; for a write in place the old content comes first."""
    if isinstance(event, Mutated):
        yield event.target
    yield from event.inputs


def behind(trace: Makers, *roots: Value) -> Behind:
    """Walks back from `roots` to leaves, sources and the first cut on each way."""
    nodes: list[Applied] = []
    leaves: dict[int, Value] = {}
    cuts: list[Applied | Created] = []
    sources: list[Created] = []
    copies: set[int] = set()
    complete = True
    seen: set[tuple[int, int | None, bool, bool]] = set()
    # `copy` is the copy of data that the walk came through: what was copied had no history left, but behind it may
    # stand the cut that took it away. `inside` is False behind a value that does not require grad: no gradient gets
    # there, whatever was lost on the way.
    waiting: list[tuple[Value, Created | None, bool]] = [(root, None, True) for root in reversed(roots)]
    while waiting:
        value, copy, inside = waiting.pop()
        if (key := (value.id, value.made_by, copy is not None, inside)) in seen:
            continue
        seen.add(key)
        if value.requires_grad and value.is_leaf:
            if copy is None and inside:
                leaves[value.id] = value
            elif copy is None:
                complete = False  # something between must have cut it off
            continue
        inside = inside and value.requires_grad is not False
        maker = trace.maker(value)
        if isinstance(maker, (Applied, Created)) and maker.cut is not None:
            if maker not in cuts:
                cuts.append(maker)
            if copy is not None:
                copies.add(copy.id)
        elif isinstance(maker, Applied):
            if inside and copy is None:
                nodes.append(maker)
            waiting.extend((operand, copy, inside) for operand in reversed(list(operands(maker))))
        elif isinstance(maker, Created):
            if copy is None and maker not in sources:
                sources.append(maker)
            waiting.extend((data, copy or maker, inside) for data in reversed(maker.inputs))
        elif copy is None:
            complete = False
    sources = [source for source in sources if source.id not in copies]
    return Behind(tuple(nodes), leaves, tuple(cuts), tuple(sources), complete)


def beyond(trace: Makers, cut: Applied | Created) -> Behind:
    """What the history would have been that `cut` dropped."""
    inputs = tuple(operands(cut)) if isinstance(cut, Applied) else cut.inputs
    return behind(trace, *inputs)


def flow(trace: Makers, source: Event, root: Value) -> tuple[Event, ...]:
    """The events on one way from `source` to `root`, in the order of the flow; () if there is none."""
    came_from: dict[int, Event | None] = {}
    waiting: list[tuple[Value, Event | None]] = [(root, None)]
    while waiting:
        value, next_event = waiting.pop()
        maker = trace.maker(value)
        if maker is None or maker.id in came_from:
            continue
        came_from[maker.id] = next_event
        if maker is source:
            way: list[Event] = []
            step: Event | None = maker
            while step is not None:
                way.append(step)
                step = came_from[step.id]
            return tuple(way)
        if isinstance(maker, Applied):
            waiting.extend((operand, maker) for operand in operands(maker))
        elif isinstance(maker, Created):
            waiting.extend((operand, maker) for operand in maker.inputs)
    return ()
