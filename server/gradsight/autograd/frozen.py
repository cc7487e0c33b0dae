"""Parameters that an optimizer was given to train and that were frozen for good before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gradsight.autograd.events import Applied, OptimizerBuilt, RequiresGradSet, Site, Stepped
from gradsight.autograd.module_events import GroupsGiven
from gradsight.autograd.values import Value
from gradsight.autograd.wiring import Wiring


@dataclass(frozen=True, slots=True)
class FrozenGroup:
    """Parameters that an optimizer was given on purpose, and that were frozen for good before."""

    switch: RequiresGradSet
    """What froze the last of them."""
    built: OptimizerBuilt
    spot: Site | None
    """Where the group is written."""
    parameters: tuple[Value, ...]
    others: bool
    """Whether the optimizer has other groups that are trained."""
    step: Stepped


def frozen_groups(wiring: Wiring) -> Iterator[FrozenGroup]:
    """Parameter groups of which nothing can be trained."""
    built = {event.optimizer: event for event in wiring.trace.each(OptimizerBuilt)}
    for given in wiring.trace.each(GroupsGiven):
        stepped = [step.event for step in wiring.training.steps if step.key == given.optimizer]
        alive = [any(value.requires_grad is not False for value in group) for group in given.groups]
        if not stepped or given.optimizer not in built or (len(alive) > 1 and not any(alive)):
            continue
        for group, trained, spot in zip(given.groups, alive, given.spots, strict=True):
            switch = None if trained else _frozen_for_good(wiring, group, given.id)
            if switch is not None:
                yield FrozenGroup(switch, built[given.optimizer], spot, group, any(alive), stepped[0])


def _frozen_for_good(wiring: Wiring, group: tuple[Value, ...], at: int) -> RequiresGradSet | None:
    """What froze all of a group before an event, if nothing may have unfrozen it since."""
    numbers = {value.id for value in group}
    frozen: dict[int, RequiresGradSet] = {}
    for event in wiring.trace.each(RequiresGradSet):
        if event.value.id not in numbers:
            continue
        if event.id > at and event.flag is not False:
            return None
        if event.id < at:
            frozen[event.value.id] = event
    if not group or frozen.keys() != numbers or any(event.flag is not False for event in frozen.values()):
        return None
    if any(wiring.reached_unseen(number, None) for number in numbers) or not wiring.trace.complete:
        return None
    used = any(value.id in numbers for event in wiring.trace.each(Applied) if event.id > at for value in event.inputs)
    return max(frozen.values(), key=lambda event: event.id) if used else None
