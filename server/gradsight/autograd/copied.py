"""Copies of a model that are trained while the program goes on with the original."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gradsight.autograd.events import Applied, Event, Stepped
from gradsight.autograd.module_events import MemberSet, ModuleCopied, ParametersListed, StateLoaded
from gradsight.autograd.training import Step
from gradsight.autograd.wiring import Wiring


@dataclass(frozen=True, slots=True)
class TrainedCopy:
    """A copy that is trained and then left, where the original is used."""

    copied: ModuleCopied
    step: Stepped
    """The last step that changes the copy."""
    use: Event
    """What uses the original afterwards."""


def trained_copies(wiring: Wiring) -> Iterator[TrainedCopy]:
    """Copies whose training is lost."""
    if not wiring.trace.complete or not wiring.knows_optimizers:
        return
    for copied in wiring.trace.each(ModuleCopied):
        originals = frozenset(old.id for old, _ in copied.pairs)
        twins = frozenset(new.id for _, new in copied.pairs)
        steps = [step for step in wiring.training.steps if step.event.id > copied.id]
        last = next((step for step in reversed(steps) if twins & (step.parameters or frozenset())), None)
        if last is None or not wiring.training.giving(twins) or _is_otherwise_trained(wiring, copied, originals, steps):
            continue
        later = [event for event in wiring.trace.events if event.id > last.event.id]
        if any(_uses(event, twins) for event in later) or _escapes(wiring, twins):
            continue
        use = next((event for event in later if isinstance(event, Applied) and _uses(event, originals)), None)
        if use is not None:
            yield TrainedCopy(copied, last.event, use)


def _is_otherwise_trained(
    wiring: Wiring, copied: ModuleCopied, originals: frozenset[int], steps: list[Step]
) -> bool:
    """Whether the original is trained or filled itself, so that the copy has another purpose."""
    if any(originals & (step.parameters or frozenset()) for step in wiring.training.steps):
        return True
    if any(originals & set(event.parameters) for event in wiring.trace.each(StateLoaded) if event.id > copied.id):
        return True
    return any(wiring.training.is_updated_by_hand(old) for old, _ in copied.pairs)


def _uses(event: Event, numbers: frozenset[int]) -> bool:
    """Whether an event has to do with one of these parameters."""
    if isinstance(event, Applied):
        return any(value.id in numbers for value in event.inputs)
    if isinstance(event, ParametersListed):
        return not numbers.isdisjoint(event.parameters)
    return isinstance(event, MemberSet) and any(value.id in numbers for value in event.parameters)


def _escapes(wiring: Wiring, numbers: frozenset[int]) -> bool:
    """Whether code out of sight got hold of the copy."""
    return any(wiring.reached_unseen(number, None) for number in numbers)
