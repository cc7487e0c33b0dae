"""Training that goes on in evaluation mode after the first validation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gradsight.autograd.events import Applied, BackwardCalled, Event, Opaque, Trace, compatible
from gradsight.autograd.graph import operands
from gradsight.autograd.loop_events import ModeSet
from gradsight.autograd.training import Training


@dataclass(frozen=True, slots=True)
class LeftInEval:
    """A module that was trained in training mode before, and is trained in evaluation mode afterwards."""

    switch: ModeSet
    first: BackwardCalled
    """Trains in training mode."""
    later: BackwardCalled
    """The same call in the next pass, in evaluation mode."""
    train: ModeSet | None
    """Where the module was put into training mode before, if that is said at all."""


def left_in_eval(training: Training) -> Iterator[LeftInEval]:
    """Every such switch, once by its place."""
    trace = training.trace
    switches = list(trace.each(ModeSet))
    told = set()
    for switch in switches:
        if switch.training is not False or switch.varies is False or switch.site in told:
            continue
        if switch.varies is None and trace.observed:
            continue
        found = _left(training, switches, switch)
        if found is not None:
            told.add(switch.site)
            yield found


def _left(training: Training, switches: list[ModeSet], switch: ModeSet) -> LeftInEval | None:
    trace = training.trace
    calls = _feeding(training, switch)
    before = [call for call in calls if call.id < switch.id and compatible(call, switch)]
    if not before or any(_clashes(switch, event) for event in trace.each(Opaque)):
        return None
    first = before[-1]
    last = next((each for each in reversed(switches) if each.id < first.id and _covers(each, switch)), None)
    if last is not None and last.training is not True:
        return None
    behind_it = (call for call in calls if call.id > switch.id and call.site == first.site)
    later = next((call for call in behind_it if compatible(call, switch)), None)
    if later is None or not any(step.event.id > later.id for step in training.steps):
        return None
    between = (each for each in switches if switch.id < each.id < later.id and each.training is not False)
    if any(_touches(each, switch) for each in between) or not _evaluates(training, switch, later):
        return None
    return LeftInEval(switch, first, later, last)


def _feeding(training: Training, switch: ModeSet) -> list[BackwardCalled]:
    if switch.parameters is None:
        return [call for call, _ in training.backwards if call.api == "backward"]
    return [call for call in training.giving(switch.parameters) if call.api == "backward"]


def _covers(other: ModeSet, switch: ModeSet) -> bool:
    """Whether `other` sets the mode of all that `switch` sets it of."""
    if other.modules is None or switch.modules is None:
        return other.modules is switch.modules and other.name == switch.name
    return switch.modules[0] in other.modules


def _touches(other: ModeSet, switch: ModeSet) -> bool:
    if other.modules is None or switch.modules is None:
        return True
    return not set(other.modules).isdisjoint(switch.modules)


def _clashes(switch: ModeSet, event: Opaque) -> bool:
    """Whether code that cannot be seen may set the mode."""
    if event.touched is None:
        return True
    return switch.modules is not None and not event.touched.isdisjoint(switch.modules)


def _evaluates(training: Training, switch: ModeSet, later: BackwardCalled) -> bool:
    """Whether the module is used for something else than training first, and is trained anew then."""
    trace = training.trace
    used = {node.id for node in training.graph_of(later).nodes}
    own = None if switch.parameters is None else set(switch.parameters)
    elsewhere = anew = False
    for event in _between(trace, switch, later):
        given = event.op == "module" if own is None else any(value.id in own for value in operands(event))
        if given:
            anew = anew or event.id in used
            elsewhere = elsewhere or event.id not in used
    return elsewhere and anew


def _between(trace: Trace, before: Event, after: Event) -> Iterator[Applied]:
    return (event for event in trace.each(Applied) if before.id < event.id < after.id)
