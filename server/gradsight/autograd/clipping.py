"""Clippings of gradients that do not reach the step: too early, too late, of the wrong tensors, while still scaled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from gradsight.autograd.events import (
    BackwardCalled,
    GradsCleared,
    Opaque,
    OptimizerBuilt,
    RequiresGradSet,
    Site,
    Stepped,
    compatible,
)
from gradsight.autograd.loop_events import Clipped, ScalerCalled
from gradsight.autograd.scaling import is_scaled
from gradsight.autograd.training import Training, clears


class Why(Enum):
    """Why a clipping changes nothing that matters."""

    BEFORE = "before"
    """It comes before the backward."""
    AFTER = "after"
    """It comes after the step."""
    OTHERS = "others"
    """It clips tensors that get no gradient."""
    SCALED = "scaled"
    """The gradients are still multiplied by the loss scale."""


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A clipping that does not do what it is for."""

    clip: Clipped
    why: Why
    backward: BackwardCalled
    step: Stepped | ScalerCalled
    """The step that uses gradients which are not clipped (or wrongly)."""
    unscaling: ScalerCalled | None = None
    """Of SCALED: where the gradients are unscaled, though too late."""


_Told: TypeAlias = BackwardCalled | Stepped | GradsCleared | Opaque


def misplaced(training: Training) -> Iterator[Misplaced]:
    """Each clipping, by its place, that goes wrong every time."""
    groups: dict[Site, list[Clipped]] = defaultdict(list)
    for event in training.trace.each(Clipped):
        groups[event.site].append(event)
    for clips in groups.values():
        found = _without_effect(training, clips) or _of_others(training, clips) or _scaled(training, clips)
        if found is not None:
            yield found


def _without_effect(training: Training, clips: Sequence[Clipped]) -> Misplaced | None:
    """Nothing has given the tensors a gradient since their last step or clearing, each time that they are clipped."""
    first = clips[0]
    around = _around(training, first)
    if not all(_is_stale(clip, around) for clip in clips):
        return None
    pair = _unclipped(training, around, first)
    if pair is None:
        return None
    backward, step = pair
    why = Why.AFTER if step.id < first.id else Why.BEFORE
    return Misplaced(first, why, backward, step)


def _around(training: Training, clip: Clipped) -> list[_Told]:
    """What happens to the gradients that are clipped, in order."""
    wanted = None if clip.parameters is None else frozenset(clip.parameters)
    feeding = training.giving(wanted) if wanted else []
    known = {call.id for call in feeding}
    found: list[_Told] = []
    for event in training.trace.events:
        match event:
            case BackwardCalled(api="backward"):
                keep = not known or event.id in known
            case Stepped():
                keep = not wanted or event.parameters is None or not wanted.isdisjoint(event.parameters)
            case GradsCleared() | Opaque():
                keep = clears(event, wanted)
            case _:
                continue
        if keep:
            found.append(event)
    return found


def _is_stale(clip: Clipped, around: Sequence[_Told]) -> bool:
    last = next((event for event in reversed(around) if event.id < clip.id and compatible(event, clip)), None)
    return last is None or isinstance(last, Stepped | GradsCleared)


def _unclipped(
    training: Training, around: Sequence[_Told], clip: Clipped
) -> tuple[BackwardCalled, Stepped] | None:
    """A backward and the step after it, without any clipping or unseen code between them."""
    clips = list(training.trace.each(Clipped))
    backward: BackwardCalled | None = None
    for event in around:
        if isinstance(event, BackwardCalled) and compatible(event, clip):
            backward = event
        elif isinstance(event, Stepped) and backward is not None and compatible(event, clip):
            if any(backward.id < each.id < event.id for each in clips):
                return None
            return backward, event
        elif isinstance(event, Opaque):
            backward = None
    return None


def _of_others(training: Training, clips: Sequence[Clipped]) -> Misplaced | None:
    """The tensors get no gradient at all, and no optimizer has them."""
    trace = training.trace
    wanted = {number for clip in clips for number in clip.parameters or ()}
    if not wanted or any(not clip.parameters for clip in clips) or not trace.complete:
        return None
    built = list(trace.each(OptimizerBuilt))
    held = {value.id for each in built for value in each.parameters or ()}
    if any(each.parameters is None for each in built) or not held.isdisjoint(wanted):
        return None
    if any(clears(event, frozenset(wanted)) for event in trace.each(Opaque)):
        return None
    frozen = {event.value.id for event in trace.each(RequiresGradSet) if event.flag is not True}
    if not frozen.isdisjoint(wanted) or any(not graph.complete for _, graph in training.backwards):
        return None
    given = {number for call, _ in training.backwards for number in training.receivers_of(call)}
    if not given.isdisjoint(wanted):
        return None
    for clip in clips:
        backward = next((call for call, _ in reversed(training.backwards) if call.id < clip.id), None)
        step = next((step.event for step in training.steps if step.event.id > clip.id), None)
        if backward is not None and step is not None and step.parameters:
            return Misplaced(clip, Why.OTHERS, backward, step)
    return None


def _scaled(training: Training, clips: Sequence[Clipped]) -> Misplaced | None:
    found: Misplaced | None = None
    calls = list(training.trace.each(ScalerCalled))
    for clip in clips:
        backward = next(
            (call for call, _ in reversed(training.backwards) if call.id < clip.id and compatible(call, clip)), None
        )
        if backward is None or not is_scaled(training.trace, backward):
            return None
        if any(each.method == "unscale_" and backward.id < each.id < clip.id for each in calls):
            return None
        step = next((each for each in calls if each.method == "step" and each.id > clip.id), None)
        if step is None or not compatible(step, clip):
            continue
        late = next((each for each in calls if each.method == "unscale_" and clip.id < each.id < step.id), None)
        found = found or Misplaced(clip, Why.SCALED, backward, step, late)
    return found


