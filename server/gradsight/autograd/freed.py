"""Graphs that one backward has freed and another wants to go through again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gradsight.autograd.events import Applied, BackwardCalled, Mutated, Stepped, Trace
from gradsight.autograd.graph import Behind, Makers, operands

SECOND_TIME = "through the graph a second time"
"""What PyTorch's message says."""


@dataclass(frozen=True, slots=True)
class Freed:
    """A call that meets a graph without its saved tensors."""

    call: BackwardCalled
    """The one that raises."""
    first: BackwardCalled
    """The one that freed."""
    op: Applied
    """An op that both go through and that had saved something; the one nearest to the root of `call`."""


def freed_graphs(trace: Trace, backwards: Sequence[tuple[BackwardCalled, Behind]]) -> Iterator[Freed]:
    """Each call that goes through an op whose saved tensors an earlier call has freed."""
    freed_by: dict[int, BackwardCalled] = {}
    for call, found in backwards:
        executed = executed_nodes(trace, call, found)
        raises = SECOND_TIME in call.raised if call.raised is not None else not trace.observed
        if raises:
            for node in executed:
                first = freed_by.get(node.id)
                if first is not None and (trace.observed or set(first.branch) <= set(call.branch)):
                    yield Freed(call, first, node)
                    break
        if call.raised is None and call.retain_graph is False:
            for node in executed:
                if node.keeps or node.saved:
                    freed_by.setdefault(node.id, call)


def executed_nodes(trace: Makers, call: BackwardCalled, found: Behind) -> list[Applied]:
    """The ops that a call goes through, nearest first: all behind its roots, or those on a way to what it asks for."""
    if call.inputs is None:
        return [] if call.api == "grad" else list(found.nodes)
    wanted = {value.id for value in call.inputs}
    on_the_way: set[int] = set()
    for node in sorted(found.nodes, key=lambda node: node.id):
        for operand in operands(node):
            maker = trace.maker(operand)
            if operand.id in wanted or (maker is not None and maker.id in on_the_way):
                on_the_way.add(node.id)
                break
    return [node for node in found.nodes if node.id in on_the_way]


def is_intact(trace: Trace, freed: Freed, found: Behind) -> bool:
    """Whether the graph would still be right if it had been kept: nothing that it saved was written since."""
    storages = {saved.storage for node in found.nodes for saved in node.saved}
    leaves = set(found.leaves)
    for event in trace.events:
        if not freed.first.id < event.id < freed.call.id:
            continue
        if isinstance(event, Stepped) and (event.parameters is None or leaves & set(event.parameters)):
            return False
        if isinstance(event, Mutated) and (event.target.storage in storages or event.target.id in leaves):
            return False
    return True
