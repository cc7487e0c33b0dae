"""The order of backward, step and clearing: gradients that add up over steps, or are gone before their step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from gradsight.autograd.asking_events import GradGiven
from gradsight.autograd.events import (
    BackwardCalled,
    Event,
    GradRead,
    GradsCleared,
    Mutated,
    Site,
    Stepped,
    Trace,
    compatible,
)
from gradsight.autograd.training import Step, Training


@dataclass(frozen=True, slots=True)
class Pileup:
    """Two steps of one optimizer, or two updates of one leaf by hand, between which nobody cleared the gradients."""

    first: Stepped | Mutated
    backward: BackwardCalled
    """Adds to the gradients that `first` has used."""
    second: Stepped | Mutated
    known: bool = True
    """Whether it is known what the optimizer holds; else only that nothing in sight clears any gradient."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """A clearing that left nothing for the step behind it."""

    backward: BackwardCalled
    clearing: GradsCleared
    step: Stepped


@dataclass(frozen=True, slots=True)
class EarlyStep:
    """A step before the backward whose gradients it should use."""

    step: Stepped
    backward: BackwardCalled


def pileups(training: Training) -> Iterator[Pileup]:
    """Steps that use the sum of all gradients so far."""
    for steps in _by_optimizer(training):
        for before, after in pairwise(steps):
            if after.parameters is not None and before.parameters is not None:
                yield from _piled_up(training, before.event, after.event, after.parameters, after.key)
            elif not training.trace.observed:
                yield from _piled_up_unknown(training, before.event, after.event)
    for leaf, updates in _by_hand(training.trace).items():
        for earlier, later in pairwise(updates):
            yield from _piled_up(training, earlier, later, frozenset({leaf}), leaf)


def _piled_up(
    training: Training, before: Stepped | Mutated, after: Stepped | Mutated, parameters: frozenset[int], owner: int
) -> Iterator[Pileup]:
    old = _feeding(training, parameters, 0, before)
    new = _feeding(training, parameters, before.id, after)
    if not old or not new or _accumulates(new, after):
        return
    if not training.clearings(parameters | {owner}, old[-1].id, after.id):
        yield Pileup(before, new[0], after)


def _piled_up_unknown(training: Training, before: Stepped, after: Stepped) -> Iterator[Pileup]:
    """The same call of `backward` and the same call of `step`, again and again, and nothing that could clear."""
    calls = [call for call, _ in training.backwards if call.api == "backward" and compatible(call, after)]
    old = [call for call in calls if call.id < before.id]
    new = [call for call in calls if before.id < call.id < after.id]
    if before.site != after.site or not old or {call.site for call in (old[-1], *new)} != {old[-1].site}:
        return
    if len(new) == 1 and not _accumulates(new, after) and not training.clearings(None, old[-1].id, after.id):
        yield Pileup(before, new[0], after, known=False)


def _by_hand(trace: Trace) -> dict[int, list[Mutated]]:
    """By leaf: the writes under no_grad that use its gradient, in order."""
    updates: dict[int, list[Mutated]] = {}
    reads: dict[int, GradRead] = {}
    for event in trace.events:
        if isinstance(event, GradRead):
            reads[event.value.id] = event
        elif isinstance(event, Mutated) and event.scope is not None and event.target.is_leaf:
            read = reads.get(event.target.id)
            if event.target.requires_grad and read is not None and _holds(event.site, read.site):
                updates.setdefault(event.target.id, []).append(event)
    return updates


def _holds(outer: Site, inner: Site) -> bool:
    return (outer.path, outer.chunk) == (inner.path, inner.chunk) and outer.range.contains(inner.range)


def erasures(training: Training) -> Iterator[Erasure]:
    """Clearings between a backward and the step that should have used it, where every step of the optimizer is hit."""
    for steps in _by_optimizer(training):
        if _early(training, steps) is not None:
            continue
        before = [None, *steps]
        found = [_erased(training, step, before[index]) for index, step in enumerate(steps)]
        told = [erasure for erasure in found if erasure is not None]
        fed = [step for step in steps if _feeding(training, step.parameters, 0, step.event)]
        if told and len(told) == len(fed):
            yield from told


def early_steps(training: Training) -> Iterator[EarlyStep]:
    """Steps that come before the backward of their pass, so that they never find a gradient."""
    for steps in _by_optimizer(training):
        found = _early(training, steps)
        if found is not None:
            yield found


def _early(training: Training, steps: list[Step]) -> EarlyStep | None:
    first, *others = steps
    if _feeding(training, first.parameters, 0, first.event) or training.unseen(first.parameters, first.event.id):
        return None
    end = others[0].event.id if others else None
    calls = training.calls_between(first.event.id, end) if end is not None else training.calls_after(first.event.id)
    if first.parameters is not None:
        giving = training.giving(first.parameters)
        calls = [call for call in calls if call in giving]
    calls = [call for call in calls if call.api == "backward" and compatible(call, first.event)]
    if not calls or calls[0].calls != first.event.calls:
        return None
    backward = calls[0]
    if not others:
        return EarlyStep(first.event, backward) if _is_cleared_around(training, first, backward) else None
    erased = [_erased(training, step, before) for before, step in pairwise(steps)]
    if any(each is None for each in erased) or any(step.event.site != first.event.site for step in others):
        return None
    return EarlyStep(first.event, backward)


def _is_cleared_around(training: Training, step: Step, backward: BackwardCalled) -> bool:
    """Whether a step that is seen once would find no gradient of an earlier pass either."""
    alone = training.alone_around(step.event)
    if alone is None:
        return True
    before = training.clearings(step.parameters, alone.begin, step.event.id)
    after = training.clearings(step.parameters, backward.id, alone.id)
    return any(isinstance(event, GradsCleared) for event in (*before, *after))


def _by_optimizer(training: Training) -> Iterator[list[Step]]:
    groups: dict[object, list[Step]] = {}
    for step in training.steps:
        alone = training.alone_around(step.event) if step.key < 0 else None
        known = (step.event.name, alone.id if alone is not None else 0) if step.key < 0 else None
        groups.setdefault((step.key, known), []).append(step)
    yield from groups.values()


def _feeding(
    training: Training, parameters: frozenset[int] | None, start: int, step: Stepped | Mutated
) -> list[BackwardCalled]:
    """The calls after `start` that give gradients to what `step` uses, in order; all calls where that is unknown."""
    calls = training.calls_between(start, step.id) if parameters is None else training.giving(parameters)
    return [
        call
        for call in calls
        if start < call.id < step.id and call.api == "backward" and compatible(call, step)
    ]


def _accumulates(calls: list[BackwardCalled], step: Stepped | Mutated) -> bool:
    """Whether gradients are summed over several passes on purpose: one call runs often per step, or the step is
    made under a condition of its own."""
    sites = [call.site for call in calls]
    return len(set(sites)) < len(sites) or not all(set(step.branch) <= set(call.branch) for call in calls)


def _erased(training: Training, step: Step, before: Step | None) -> Erasure | None:
    start = before.event.id if before is not None else 0
    calls = _feeding(training, step.parameters, start, step.event)
    if not calls:
        return None
    last = calls[-1]
    fed = None
    if step.parameters is not None:
        fed = step.parameters.intersection(training.receivers_of(last))
    cleared: set[int] = set()
    clearing: GradsCleared | None = None
    complete = False
    for event in training.clearings(fed, last.id, step.event.id):
        if not isinstance(event, GradsCleared) or not _always(event, step.event):
            return None
        cleared.update(event.parameters or ())
        complete = complete or _is_own_clearing(event, step.event)
        clearing = clearing or event
    if clearing is None or not (complete or (fed is not None and fed <= cleared)):
        return None
    given = (event for event in training.trace.each(GradGiven) if clearing.id < event.id < step.event.id)
    if any(step.parameters is None or event.value.id in step.parameters for event in given):
        return None
    return Erasure(last, clearing, step.event)


def _is_own_clearing(event: GradsCleared, step: Stepped) -> bool:
    """Whether the optimizer that steps cleared its own gradients."""
    return event.by == "optimizer" and event.name is not None and event.name == step.name


def _always(event: Event, step: Stepped) -> bool:
    """Whether the event happens whenever the step does."""
    return set(event.branch) <= set(step.branch)
