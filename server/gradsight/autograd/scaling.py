"""The order in which a `GradScaler` wants to be called, and where a trace departs from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from gradsight.autograd.events import BackwardCalled, Event, GradRead, Opaque, Stepped, Trace, compatible
from gradsight.autograd.loop_events import ScalerCalled, WalkedAlone
from gradsight.autograd.training import Training


class Fault(Enum):
    """What is wrong with the order."""

    PLAIN_STEP = "plain step"
    """The optimizer steps itself, with gradients that are still scaled."""
    UNSCALED_TWICE = "unscaled twice"
    NO_UPDATE = "no update"
    """The scaler steps again without an update in between."""
    NEVER_SCALED = "never scaled"
    """The scaler steps, but the loss was not scaled."""


@dataclass(frozen=True, slots=True)
class Misused:
    """A scaler that is called in a wrong order."""

    fault: Fault
    event: Stepped | ScalerCalled
    """What is called wrongly."""
    before: Event
    """What it does not go with: the backward, the first unscaling, the step before."""
    scaler: ScalerCalled
    """Some call of the scaler."""
    has_update: bool = True


def is_scaled(trace: Trace, call: BackwardCalled) -> bool:
    """Whether a backward starts from a loss that a scaler has multiplied."""
    return _scaling(trace, call) is not None


def _scaling(trace: Trace, call: BackwardCalled) -> ScalerCalled | None:
    roots = {root.id for root in call.roots}
    for event in trace.each(ScalerCalled):
        if event.method != "scale" or event.enabled is False or event.id > call.id:
            continue
        same = (event.site.path, event.site.chunk) == (call.site.path, call.site.chunk)
        inside = same and call.site.range.contains(event.site.range)
        if inside or not roots.isdisjoint(value.id for value in event.scaled):
            return event
    return None


def misused(training: Training) -> Iterator[Misused]:
    """All faults."""
    if next(training.trace.each(ScalerCalled), None) is None:
        return
    yield from _plain_steps(training)
    scalers: dict[int, list[ScalerCalled]] = defaultdict(list)
    for event in training.trace.each(ScalerCalled):
        if event.enabled is not False:
            scalers[event.scaler].append(event)
    for number, calls in scalers.items():
        yield from _out_of_order(training, number, calls)


def _plain_steps(training: Training) -> Iterator[Misused]:
    trace = training.trace
    calls = list(trace.each(ScalerCalled))
    by_scaler = {event.site for event in calls if event.method == "step"}
    has_update = any(event.method == "update" for event in calls)
    for step in training.steps:
        if step.event.site in by_scaler:
            continue
        feeding = training.giving(step.parameters) if step.parameters else []
        feeding = feeding or [call for call, _ in training.backwards]
        before = [call for call in feeding if call.id < step.event.id and compatible(call, step.event)]
        scaling = _scaling(trace, before[-1]) if before else None
        if scaling is None or (step.event.calls != before[-1].calls and step.parameters is None):
            continue
        backward = before[-1]
        between = (event for event in trace.events if backward.id < event.id < step.event.id)
        if not any(_may_unscale(event, scaling.scaler) for event in between):
            yield Misused(Fault.PLAIN_STEP, step.event, backward, scaling, has_update)


def _may_unscale(event: Event, scaler: int) -> bool:
    if isinstance(event, ScalerCalled):
        return event.method in ("unscale_", "step")
    if isinstance(event, Opaque):
        return event.touched is None or scaler in event.touched
    return isinstance(event, GradRead | Stepped)


def _out_of_order(training: Training, scaler: int, calls: list[ScalerCalled]) -> Iterator[Misused]:
    trace = training.trace
    leaving = [event for event in trace.events if isinstance(event, Opaque)]
    is_given = any(scaler in event.touched for event in trace.each(WalkedAlone))
    done: dict[tuple[str, object], ScalerCalled] = {}
    has_scaled = is_given
    for call in calls:
        if call.method == "update":
            done = {key: earlier for key, earlier in done.items() if not compatible(earlier, call)}
            continue
        if call.method == "scale":
            has_scaled = True
            continue
        if any((event.touched is None or scaler in event.touched) and event.id < call.id for event in leaving):
            return
        if call.method == "step" and not has_scaled:
            feeding = [each for each, _ in training.backwards if each.id < call.id and compatible(each, call)]
            if feeding:
                yield Misused(Fault.NEVER_SCALED, call, feeding[-1], call)
            return
        key = (call.method, _optimizer(call))
        earlier = done.get(key)
        if earlier is not None and compatible(earlier, call) and _is_same(earlier, call):
            fault = Fault.UNSCALED_TWICE if call.method == "unscale_" else Fault.NO_UPDATE
            last = call if fault is Fault.UNSCALED_TWICE else _last_step(calls, call)
            if fault is Fault.NO_UPDATE or not _steps_between(calls, earlier, call):
                yield Misused(fault, last, earlier, call)
                return
        done[key] = call


def _optimizer(call: ScalerCalled) -> object:
    return call.optimizer if call.optimizer is not None else call.optimizer_name


def _is_same(one: ScalerCalled, other: ScalerCalled) -> bool:
    """Whether both calls surely mean the same optimizer."""
    return one.optimizer is not None or (one.optimizer_name is not None and one.calls == other.calls)


def _steps_between(calls: list[ScalerCalled], one: ScalerCalled, other: ScalerCalled) -> bool:
    """Whether a step without an update stands between two unscalings: then that is the fault to tell."""
    return any(call.method == "step" and one.id < call.id < other.id for call in calls)


def _last_step(calls: list[ScalerCalled], repeated: ScalerCalled) -> ScalerCalled:
    """The last step of the pass before the one that repeats itself: behind it an update is missing."""
    return [call for call in calls if call.method == "step" and call.id < repeated.id][-1]
