"""Steps that never come, and schedules that run ahead of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from gradsight.autograd.events import (
    BackwardCalled,
    Event,
    GradRead,
    GradsCleared,
    MethodNamed,
    Opaque,
    OptimizerBuilt,
    Stepped,
    compatible,
)
from gradsight.autograd.loop_events import Looped, ScalerCalled, Scheduled, WalkedAlone
from gradsight.autograd.training import Training

_PLATEAU = "ReduceLROnPlateau"


@dataclass(frozen=True, slots=True)
class Unstepped:
    """Gradients that are computed in every pass and that no optimizer uses."""

    backward: BackwardCalled
    built: OptimizerBuilt | None
    """The optimizer that never steps; None where it steps only on another way than the schedule."""
    schedule: Scheduled | None
    """What is called in its place."""
    cleared: GradsCleared | None
    elsewhere: Stepped | None = None
    """The step on the other way."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """A schedule that runs before the first step of its optimizer, in every pass."""

    schedule: Scheduled
    step: Stepped


# --- no step -----------------------------------------------------------------------------------


def unstepped(training: Training) -> Iterator[Unstepped]:
    """Loops that train without a step."""
    trace = training.trace
    if not trace.complete:
        return
    yield from _instead_of_step(training)
    for built in trace.each(OptimizerBuilt):
        if built.parameters is None:
            yield from _alone_without_step(training, built)
    if any(step.parameters is None for step in training.steps):
        return
    if any(event.method == "step" and event.receiver == "optimizer" for event in trace.each(MethodNamed)):
        return
    for built in trace.each(OptimizerBuilt):
        held = frozenset(value.id for value in built.parameters or ())
        if held and not _may_step(training, built, held):
            backward = _repeated(training, built, held)
            if backward is not None:
                schedules = (each for each in trace.each(Scheduled) if each.optimizer == built.optimizer)
                cleared = (each for each in trace.each(GradsCleared) if each.parameters and each.by == "optimizer")
                own = (each for each in cleared if set(each.parameters or ()) == held)
                yield Unstepped(backward, built, next(schedules, None), next(own, None))


def _alone_without_step(training: Training, built: OptimizerBuilt) -> Iterator[Unstepped]:
    """An optimizer of unknown parameters that a function builds, clears and forgets, while it trains in a loop."""
    trace = training.trace
    alone = training.alone_around(built)
    if alone is None or built.optimizer in alone.touched:
        return
    inside = [event for event in trace.events if built.id < event.id < alone.id]
    if any(
        isinstance(event, Stepped | GradRead | ScalerCalled)
        or (isinstance(event, Opaque) and (event.touched is None or built.optimizer in event.touched))
        for event in inside
    ):
        return
    cleared = [event for event in inside if isinstance(event, GradsCleared) and event.by == "optimizer"]
    calls = [event for event in inside if isinstance(event, BackwardCalled) and event.api == "backward"]
    if cleared and len(calls) > 1 and len({call.site for call in calls}) == 1:
        yield Unstepped(calls[-1], built, None, cleared[0])


def _may_step(training: Training, built: OptimizerBuilt, held: frozenset[int]) -> bool:
    trace = training.trace
    number = built.optimizer
    if any(step.key == number or not held.isdisjoint(step.parameters or ()) for step in training.steps):
        return True
    for event in trace.events:
        if isinstance(event, Opaque | WalkedAlone) and (event.touched is None or number in event.touched):
            return True
        if isinstance(event, GradRead) and event.value.id in held:
            return True
    return any(training.is_updated_by_hand(value) for value in built.parameters or ())


def _repeated(training: Training, built: OptimizerBuilt, held: frozenset[int]) -> BackwardCalled | None:
    """A backward in a loop that gives what the optimizer holds a gradient."""
    trace = training.trace
    alone = next((each for each in trace.each(WalkedAlone) if each.begin < built.id < each.id), None)
    by_site: dict[object, list[BackwardCalled]] = defaultdict(list)
    for call in training.giving(held):
        if call.api == "backward" and call.id > built.id and (alone is None or call.id < alone.id):
            by_site[call.site].append(call)
    for calls in by_site.values():
        inside = any(each.begin < calls[0].id < each.id for each in trace.each(WalkedAlone) if each is not alone)
        if len(calls) > 1 and not inside:
            return calls[-1]
    return None


def _instead_of_step(training: Training) -> Iterator[Unstepped]:
    """Where the schedule goes on, the optimizer does not step: both stand in different arms of one condition."""
    by_site: dict[object, list[Unstepped | None]] = defaultdict(list)
    for schedule in training.trace.each(Scheduled):
        if schedule.branch:
            by_site[schedule.site].append(_missed(training, schedule))
    for found in by_site.values():
        if found[0] is not None and None not in found:
            yield found[0]


def _missed(training: Training, schedule: Scheduled) -> Unstepped | None:
    """The step that is not made where this schedule goes on, though it would be on another way."""
    calls = [call for call, _ in training.backwards if call.calls == schedule.calls and call.api == "backward"]
    before = [call for call in calls if call.id < schedule.id and compatible(call, schedule)]
    if not before:
        return None
    backward = before[-1]
    end = next((call.id for call in calls if call.id > schedule.id), None)
    near = [
        step.event
        for step in training.steps
        if step.event.id > backward.id and (end is None or step.event.id < end)
        if step.event.calls == schedule.calls and (schedule.optimizer in (None, step.key) or step.key < 0)
    ]
    if not near or any(compatible(event, schedule) or not compatible(event, backward) for event in near):
        return None
    return Unstepped(backward, None, schedule, None, near[-1])


# --- schedules ---------------------------------------------------------------------------------


def ahead(training: Training) -> Iterator[Ahead]:
    """Schedules that run before the first step, pass after pass."""
    by_scheduler: dict[int, list[Scheduled]] = defaultdict(list)
    for event in training.trace.each(Scheduled):
        if event.type != _PLATEAU:
            by_scheduler[event.scheduler].append(event)
    for events in by_scheduler.values():
        first = events[0]
        step = _first_step(training, first)
        if step is None or step.id < first.id or _is_out_of_sight(training, first):
            continue
        if _scaled_before(training, first) or not any(
            event.site == first.site and event.calls == first.calls and event.id > step.id for event in events
        ):
            continue
        if compatible(first, step) and (first.optimizer is not None or _in_one_loop(training, first, step)):
            yield Ahead(first, step)


def _first_step(training: Training, schedule: Scheduled) -> Stepped | None:
    if schedule.optimizer is not None:
        return next((step.event for step in training.steps if step.key == schedule.optimizer), None)
    alone = next((each for each in training.trace.each(WalkedAlone) if each.begin < schedule.id < each.id), None)
    begin, end = (alone.begin, alone.id) if alone is not None else (0, schedule.id)
    return next((step.event for step in training.steps if begin < step.event.id < end), None)


def _scaled_before(training: Training, schedule: Scheduled) -> bool:
    """Whether a scaler was to step first: it leaves out the step where the gradients overflow."""
    calls = training.trace.each(ScalerCalled)
    return any(call.method == "step" and call.id < schedule.id for call in calls)


def _is_out_of_sight(training: Training, schedule: Scheduled) -> bool:
    number = schedule.optimizer
    for event in training.trace.each(Opaque):
        if event.id < schedule.id and (event.touched is None or (number is not None and number in event.touched)):
            return True
    return False


def _in_one_loop(training: Training, schedule: Scheduled, step: Event) -> bool:
    """Whether the innermost loop around the schedule is that around the step."""
    loops = list(training.trace.each(Looped))

    def innermost(event: Event) -> Looped | None:
        return next((loop for loop in loops if loop.begin < event.id < loop.id), None)

    found = innermost(schedule)
    return found is not None and found is innermost(step) and schedule.calls == step.calls
