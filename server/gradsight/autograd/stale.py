"""Graphs that outlive their moment: carried from one pass into the next backward, or worn by a step since."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from gradsight.autograd.conflicts import conflicts, needed
from gradsight.autograd.events import Applied, BackwardCalled, Saved, Stepped, Trace, compatible
from gradsight.autograd.graph import Behind, behind, operands
from gradsight.autograd.training import Training
from gradsight.autograd.values import Value


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where a graph reaches back over an earlier call: what was computed before it and is used after it."""

    value: Value
    """Computed before the earlier call."""
    use: Applied | None
    """The op behind that call that takes it up; None where the later call starts from the value itself."""


@dataclass(frozen=True, slots=True)
class Worn:
    """A call that meets a saved parameter which a step has changed since."""

    call: BackwardCalled
    """The one that raises."""
    node: Applied
    """The op that had saved the parameter."""
    saved: Saved
    step: Stepped
    coming: bool = False
    """Whether it is the next run of the call that raises, for what this one has computed."""


def crossings(
    trace: Trace,
    call: BackwardCalled,
    first: BackwardCalled,
    op: Applied | None = None,
    belongs_to_first: Callable[[Applied], bool] = lambda maker: False,
    straight: bool = False,
) -> list[Crossing]:
    """The values through which `call` gets back behind `first` (to `op` where one is given), nearest first.

    `belongs_to_first` says of an op between the two calls whether it still is part of the pass of `first`; with
    `straight` only ways count that hold whichever branches were taken in between.
    """
    found: list[Crossing] = []
    seen: set[int] = set()
    waiting: list[tuple[Value, Applied | None]] = [(root, None) for root in call.roots]
    while waiting:
        value, use = waiting.pop(0)
        maker = trace.maker(value)
        if not isinstance(maker, Applied) or value.requires_grad is False or (straight and maker.op == "join"):
            continue
        if maker.id < first.id or belongs_to_first(maker):
            if all(value.id != other.value.id for other in found) and (op is None or _leads_to(trace, value, op)):
                found.append(Crossing(value, use))
        elif maker.id not in seen:
            seen.add(maker.id)
            waiting.extend((operand, maker) for operand in operands(maker))
    return found


def _leads_to(trace: Trace, value: Value, op: Applied) -> bool:
    return any(node.id == op.id for node in behind(trace, value).nodes)


def worn_graphs(trace: Trace, training: Training) -> Iterator[Worn]:
    """The first step for each call that changed a parameter which the call's graph had saved."""
    yield from _observed(trace, training) if trace.observed else _foreseen(trace, training)


def _observed(trace: Trace, training: Training) -> Iterator[Worn]:
    for conflict in conflicts(trace, training.backwards):
        step = trace[conflict.write.by_step] if conflict.write.by_step is not None else None
        if isinstance(step, Stepped):
            yield Worn(conflict.backward, conflict.node, conflict.saved, step)


def _foreseen(trace: Trace, training: Training) -> Iterator[Worn]:
    freed: set[int] = set()
    steps = [step.event for step in training.steps if step.parameters]
    if not steps:
        return
    for call, graph in training.backwards:
        if any(root.requires_grad is not True for root in call.roots) or (call.api == "grad" and call.inputs is None):
            continue
        nodes = [node for node in needed(call, graph) if node.id not in freed]
        worn = next(_worn(training, call, nodes, steps), None) or next(_next_time(trace, training, call, steps), None)
        if worn is not None:
            yield worn
        if call.retain_graph is not True and call.create_graph is not True:
            freed.update(node.id for node in nodes)


def _worn(
    training: Training, call: BackwardCalled, nodes: Iterable[Applied], steps: list[Stepped]
) -> Iterator[Worn]:
    for node in nodes:
        for saved in node.saved:
            if not (saved.value.is_leaf and saved.value.requires_grad):
                continue
            for step in steps:
                if (
                    node.id < step.id < call.id
                    and saved.value.id in (step.parameters or ())
                    and set(step.branch) <= set(call.branch)
                    and set(node.branch) <= set(call.branch)
                    and _moves(training, step, saved.value.id)
                ):
                    yield Worn(call, node, saved, step)


def _next_time(trace: Trace, training: Training, call: BackwardCalled, steps: list[Stepped]) -> Iterator[Worn]:
    """What the next run of a call that keeps its graph will meet: this run went back into the one before, and what
    takes the place of the value it came through has saved parameters that the step in between changes."""
    if call.retain_graph is not True:
        return
    earlier = reversed(training.calls_between(0, call.id))
    first = next((other for other in earlier if other.site == call.site), None)
    if first is None:
        return
    between = [step for step in steps if first.id < step.id < call.id and set(step.branch) <= set(call.branch)]
    moved = {number: step for step in reversed(between) for number in step.parameters or ()}
    for crossing in crossings(trace, call, first) if moved else ():
        maker = trace.maker(crossing.value)
        for again in trace.each(Applied):
            if maker is None or not first.id < again.id < call.id:
                continue
            if (again.site, again.calls) != (maker.site, maker.calls):
                continue
            for node in behind(trace, *again.outputs).nodes:
                leaf = next((saved for saved in node.saved if saved.value.id in moved), None)
                if node.id > first.id and leaf is not None and _moves(training, moved[leaf.value.id], leaf.value.id):
                    yield Worn(call, node, leaf, moved[leaf.value.id], coming=True)


def _moves(training: Training, step: Stepped, leaf: int) -> bool:
    """Whether the step finds a gradient of the leaf, and so writes it."""
    calls = [call for call in training.gives(leaf) if call.id < step.id and compatible(call, step)]
    return bool(calls) and not training.clearings(frozenset({leaf}), calls[-1].id, step.id)


def is_earlier_pass(call: BackwardCalled, first: BackwardCalled, graph: Behind, op: Applied) -> bool:
    """Whether `first` is an earlier run of the same text as `call`, with `op` in what it went through."""
    return call.site == first.site and call.id > first.id and any(node.id == op.id for node in graph.nodes)
