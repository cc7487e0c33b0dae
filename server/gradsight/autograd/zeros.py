"""Products of two tensors to train that both start as zeros: the gradient of each is a product with the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gradsight.autograd.edges import short
from gradsight.autograd.events import Applied, BackwardCalled, Event, Trace
from gradsight.autograd.exact import Exact
from gradsight.autograd.graph import Behind
from gradsight.autograd.values import Value

_PRODUCTS = frozenset(
    ["Linear", "linear", "matmul", "rmatmul", "mm", "bmm", "mv", "mul", "rmul", "multiply", "Conv1d", "Conv2d"]
)
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class ZeroPair:
    """Two leaves that keep each other's gradient at zero."""

    first: Value
    """The one nearer to the input."""
    second: Value
    first_since: Event
    second_since: Event
    product: Applied
    """Where the zeros of the first meet the second."""
    call: BackwardCalled


def zero_pairs(trace: Trace, exact: Exact, call: BackwardCalled, graph: Behind) -> Iterator[ZeroPair]:
    """The pairs in one graph, if neither has another way to a gradient there."""
    uses: dict[int, list[Applied]] = {}
    for node in graph.nodes:
        for value in node.inputs:
            if value.id in graph.leaves:
                uses.setdefault(value.id, []).append(node)
    for node in sorted(graph.nodes, key=lambda node: node.id):
        if short(node) not in _PRODUCTS or len(node.inputs) < 2:
            continue
        for second, other in (node.inputs[1::-1], node.inputs[:2]):
            since = exact.zero(second, node) if second.id in graph.leaves else None
            if since is None or second.id == other.id or exact.zero(other, node) is None:
                continue
            first = _first(trace, exact, other, graph, node)
            if first is not None and _is_alone(first[0], uses) and _is_alone(second, uses):
                yield ZeroPair(first[0], second, first[1], since, node, call)


def _is_alone(value: Value, uses: dict[int, list[Applied]]) -> bool:
    return len(uses.get(value.id, ())) == 1


def _first(trace: Trace, exact: Exact, zero: Value, graph: Behind, moment: Event) -> tuple[Value, Event] | None:
    """The leaf whose zeros make a result zero."""
    if zero.id in graph.leaves:
        since = exact.zero(zero, moment)
        return None if since is None else (zero, since)
    value = zero
    for _ in range(_DEEPEST):
        maker = trace.maker(value)
        if not isinstance(maker, Applied):
            return None
        if short(maker) in _PRODUCTS:
            for factor in maker.inputs[:2]:
                since = exact.zero(factor, maker) if factor.id in graph.leaves else None
                if since is not None:
                    return factor, since
        behind = next((item for item in maker.inputs if exact.zero(item, maker) is not None), None)
        if behind is None:
            return None
        value = behind
    return None
