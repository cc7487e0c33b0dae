"""Leaves whose whole gradient is zero because every way to the loss leads through an op of derivative zero."""

from __future__ import annotations

from collections.abc import Iterator

from gradsight.autograd.cuts import Blame
from gradsight.autograd.events import Applied, BackwardCalled, Cut, Event, Stepped, Trace
from gradsight.autograd.flatness import Live, is_flat, live
from gradsight.autograd.graph import Behind, behind, operands
from gradsight.autograd.training import Backwards, Training
from gradsight.autograd.values import Value


def vanishing(trace: Trace, backwards: Backwards, training: Training) -> Iterator[Blame]:
    """One blame for each op, with the trained leaves to which it lets nothing but zeros through."""
    if not trace.complete and not trace.observed:
        return
    if not any(is_flat(event) for event in trace.each(Applied)):
        return
    zeros: dict[int, list[tuple[BackwardCalled, Applied, Value]]] = {}
    for call, graph in backwards:
        found = live(trace, *call.roots)
        if call.raised is not None or not found.flat or not found.complete:
            continue
        for leaf, op in _only_through_flat(trace, graph, found):
            zeros.setdefault(leaf.id, []).append((call, op, leaf))
    merged: dict[int, tuple[Blame, dict[int, Value]]] = {}
    for number, ways in zeros.items():
        leaf = ways[0][2]
        if _is_moved_otherwise(training, leaf, [call for call, _, _ in ways]):
            continue
        step = _step_of(training, number)
        if step is not None:
            call, op, _ = ways[0]
            _, leaves = merged.setdefault(op.id, (Blame(op, Cut.ZERO, call, (), step), {}))
            leaves[number] = leaf
    for blame, leaves in merged.values():
        yield Blame(blame.cut, blame.kind, blame.call, tuple(leaves.values()), blame.wish)


def _only_through_flat(trace: Trace, graph: Behind, found: Live) -> Iterator[tuple[Value, Applied]]:
    """The leaves of a graph that only zeros reach, with the op that is nearest to the root."""
    for op in found.flat:
        for number, leaf in behind(trace, *operands(op)).leaves.items():
            if number in graph.leaves and number not in found.leaves:
                yield leaf, op


def _is_moved_otherwise(training: Training, leaf: Value, calls: list[BackwardCalled]) -> bool:
    return (
        any(call not in calls for call in training.gives(leaf.id))
        or training.is_updated_by_hand(leaf)
        or training.may_be_trained_unseen(leaf)
    )


def _step_of(training: Training, leaf: int) -> Event | None:
    return next((wish for wish, _ in training.wishes(leaf) if isinstance(wish, Stepped)), None)
