"""Who asks for gradients in a trace, and what is done with them: optimizers, steps, clearings, reads."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from gradsight.autograd.events import (
    Applied,
    BackwardCalled,
    Event,
    GradRead,
    GradsCleared,
    Mutated,
    Opaque,
    OptimizerBuilt,
    Rebound,
    Stepped,
    Trace,
    compatible,
)
from gradsight.autograd.graph import Behind, behind
from gradsight.autograd.loop_events import WalkedAlone
from gradsight.autograd.values import Value

Backwards: TypeAlias = Sequence[tuple[BackwardCalled, Behind]]


@dataclass(frozen=True, slots=True)
class Step:
    """One `optimizer.step()` with what it works on."""

    event: Stepped
    parameters: frozenset[int] | None
    """Ids of what it writes; None: unknown."""

    @property
    def key(self) -> int:
        """Which optimizer it is."""
        return self.event.optimizer


class Training:
    """What a trace says about training: which leaves ask for a gradient, and which get one."""

    def __init__(self, trace: Trace, backwards: Backwards) -> None:
        self.trace = trace
        self.backwards = backwards

    @cached_property
    def held(self) -> dict[int, frozenset[int] | None]:
        """By optimizer: the ids of what it holds; None: unknown."""
        return {
            built.optimizer: None if built.parameters is None else frozenset(value.id for value in built.parameters)
            for built in self.trace.each(OptimizerBuilt)
        }

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step in order."""
        found = []
        for event in self.trace.each(Stepped):
            held = self.held.get(event.optimizer)
            written = None if event.parameters is None else frozenset(event.parameters)
            found.append(Step(event, held if held is not None else written))
        return tuple(found)

    @cached_property
    def stepped(self) -> frozenset[int]:
        """Ids of all leaves that some optimizer steps."""
        return frozenset(number for step in self.steps for number in step.parameters or ())

    @cached_property
    def _given(self) -> dict[int, list[BackwardCalled]]:
        given: dict[int, list[BackwardCalled]] = {}
        for call, graph in self.backwards:
            for number in receivers(call, graph):
                given.setdefault(number, []).append(call)
        return given

    @cached_property
    def _graphs(self) -> dict[int, Behind]:
        return {call.id: graph for call, graph in self.backwards}

    def graph_of(self, call: BackwardCalled) -> Behind:
        """What lies behind the roots of this call."""
        return self._graphs[call.id]

    def receivers_of(self, call: BackwardCalled) -> Iterable[int]:
        """Ids of the leaves to which this call gives a gradient."""
        return receivers(call, self._graphs[call.id])

    def giving(self, leaves: Iterable[int]) -> list[BackwardCalled]:
        """The calls that give one of these leaves a gradient, in order."""
        calls = {call.id: call for leaf in leaves for call in self.gives(leaf)}
        return [calls[number] for number in sorted(calls)]

    def calls_between(self, start: int, end: int) -> list[BackwardCalled]:
        """The calls between two events, given by id."""
        calls = self.backwards[
            bisect_right(self.backwards, start, key=_id_of_call) : bisect_left(self.backwards, end, key=_id_of_call)
        ]
        return [call for call, _ in calls]

    def calls_after(self, start: int) -> list[BackwardCalled]:
        """The calls behind an event, given by id."""
        return [call for call, _ in self.backwards[bisect_right(self.backwards, start, key=_id_of_call) :]]

    def gives(self, leaf: int) -> Sequence[BackwardCalled]:
        """The calls that give this leaf a gradient."""
        return self._given.get(leaf, ())

    @cached_property
    def asked(self) -> frozenset[int]:
        """Ids of everything whose gradient somebody wants: held by an optimizer, read, or named in `autograd.grad`."""
        held = {number for numbers in self.held.values() for number in numbers or ()}
        read = {event.value.id for event in self.trace.each(GradRead)}
        named = {value.id for call in self.trace.each(BackwardCalled) for value in call.inputs or ()}
        return frozenset(held | read | named) | self.stepped

    @cached_property
    def by_hand(self) -> frozenset[int]:
        """Ids and storages of what the program itself writes or replaces: moving averages, codebooks, manual resets."""
        found: set[int] = set()
        for event in self.trace.each(Mutated):
            if event.by_step is None:
                found.add(event.target.id)
                if event.target.storage is not None:
                    found.add(event.target.storage)
        for rebound in self.trace.each(Rebound):
            if rebound.old.id in behind(self.trace, rebound.new).leaves:
                found.add(rebound.old.id)
        return frozenset(found)

    def is_updated_by_hand(self, leaf: Value) -> bool:
        """Whether the program writes this leaf without an optimizer."""
        return leaf.id in self.by_hand or (leaf.storage is not None and leaf.storage in self.by_hand)

    @cached_property
    def _out_of_sight(self) -> tuple[bool, frozenset[int]]:
        touched: set[int] = set()
        for event in self.trace.each(Opaque):
            if event.touched is None:
                return True, frozenset()
            touched |= event.touched
        return False, frozenset(touched)

    def may_be_trained_unseen(self, leaf: Value) -> bool:
        """Whether code that the trace cannot see could give this leaf a gradient."""
        everything, touched = self._out_of_sight
        return everything or leaf.id in touched

    def wishes(self, leaf: int) -> Iterator[tuple[Event, tuple[BackwardCalled, ...]]]:
        """Each event that uses the gradient of `leaf`, with the calls that should have given it."""
        for step in self.steps:
            if step.parameters is not None and leaf in step.parameters:
                yield step.event, self._serving(step)
        for read in self.trace.each(GradRead):
            if read.value.id == leaf:
                before = self._last_before(read)
                if before is not None:
                    yield read, (before,)

    def _serving(self, step: Step) -> tuple[BackwardCalled, ...]:
        """The calls made for the sake of this step: those that give something to what the optimizer holds, else the
        last one before it."""
        siblings = step.parameters or frozenset()
        feeding = tuple(
            call
            for call, graph in self.backwards
            if call.api == "backward" and not siblings.isdisjoint(receivers(call, graph))
        )
        if feeding:
            return feeding
        last = self._last_before(step.event)
        return (last,) if last is not None else ()

    def _last_before(self, event: Event) -> BackwardCalled | None:
        before = self.backwards[: bisect_left(self.backwards, event.id, key=_id_of_call)]
        calls = (call for call, _ in reversed(before) if call.api == "backward" and compatible(call, event))
        return next(calls, None)

    # --- between the steps -------------------------------------------------------------------

    def clearings(self, parameters: frozenset[int] | None, start: int, end: int) -> tuple[Event, ...]:
        """What may have cleared gradients of `parameters` between two events, given by id; unseen code included."""
        events = self._clearing_events
        first, last = bisect_right(events, start, key=_id_of), bisect_left(events, end, key=_id_of)
        return tuple(event for event in events[first:last] if self._clears(event, parameters))

    def unseen(self, parameters: frozenset[int] | None, end: int) -> bool:
        """Whether code out of sight may have given these tensors gradients before an event, given by id."""
        return any(isinstance(event, Opaque) for event in self.clearings(parameters, 0, end))

    def alone_around(self, event: Event) -> WalkedAlone | None:
        """The function that nobody calls in which something happened."""
        return next((each for each in self.trace.each(WalkedAlone) if each.begin < event.id < each.id), None)

    def _clears(self, event: Event, parameters: frozenset[int] | None) -> bool:
        if parameters is None and isinstance(event, Opaque) and event.touched is not None:
            return not event.touched <= self._computed
        return clears(event, parameters)

    @cached_property
    def _computed(self) -> frozenset[int]:
        """Ids of mere results and data, through which nobody gets at a model or an optimizer."""
        ops = (event for event in self.trace.events if isinstance(event, Applied))
        values = [value for event in ops for value in (*event.inputs, *event.outputs)]
        leaves = {value.id for value in values if value.is_leaf and value.requires_grad}
        return frozenset(value.id for value in values) - leaves

    @cached_property
    def _clearing_events(self) -> tuple[Event, ...]:
        return tuple(event for event in self.trace.events if isinstance(event, GradsCleared | Opaque))


def _id_of(event: Event) -> int:
    return event.id


def _id_of_call(found: tuple[BackwardCalled, Behind]) -> int:
    return found[0].id


def receivers(call: BackwardCalled, graph: Behind) -> Iterable[int]:
    """Ids of the leaves to which a call really gives a gradient."""
    if call.raised is not None or any(root.requires_grad is False for root in call.roots):
        return ()
    if call.inputs is not None:
        return [value.id for value in call.inputs if value.id in graph.leaves]
    return graph.leaves.keys() if call.api == "backward" else ()


def clears(event: Event, parameters: frozenset[int] | None) -> bool:
    """Whether this event may have cleared gradients of `parameters`; None stands for unknown ones."""
    if isinstance(event, Opaque):
        reached = event.touched
    elif isinstance(event, GradsCleared):
        reached = None if event.parameters is None else frozenset(event.parameters)
    else:
        return False
    return reached is None or parameters is None or not reached.isdisjoint(parameters)
