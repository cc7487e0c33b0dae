"""Which trained parameters are out of reach of their optimizer: hidden from the module, held by none, left behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from gradsight.autograd.events import (
    Applied,
    BackwardCalled,
    Created,
    Event,
    Opaque,
    OptimizerBuilt,
    RequiresGradSet,
    Stepped,
    Trace,
)
from gradsight.autograd.graph import behind
from gradsight.autograd.module_events import (
    Hidden,
    MemberSet,
    ModuleBuilt,
    ModuleCopied,
    ParametersListed,
    SteppedOutOfSight,
)
from gradsight.autograd.training import Training
from gradsight.autograd.values import Value


@dataclass(frozen=True, slots=True)
class Concealed:
    """A container of modules or parameters that the module which has it does not register, and that is trained."""

    hidden: Hidden
    given: MemberSet
    """Where the module got the container."""
    use: Event
    """The op that computes with what it holds, or the backward that goes through it."""
    value: Value
    """One of its parameters that this concerns."""


@dataclass(frozen=True, slots=True)
class Loose:
    """A tensor attribute of a module that is trained through and is no parameter."""

    given: MemberSet
    value: Value
    leaf: Value
    """The leaf it is, or was computed from."""


class Wiring:
    """What one trace tells about modules and optimizers."""

    def __init__(self, trace: Trace, training: Training) -> None:
        self.trace = trace
        self.training = training

    # --- who takes care of a parameter --------------------------------------------------------

    @cached_property
    def knows_optimizers(self) -> bool:
        """Whether it is known what each optimizer holds."""
        if any(True for _ in self.trace.each(SteppedOutOfSight)):
            return False
        built = all(event.parameters is not None for event in self.trace.each(OptimizerBuilt))
        return built and all(event.parameters is not None for event in self.trace.each(Stepped))

    def is_cared_for(self, leaf: Value) -> bool:
        """Whether somebody asks for the gradient of a leaf, or updates it otherwise."""
        return leaf.id in self.training.asked or self.training.is_updated_by_hand(leaf)

    def reached_unseen(self, leaf: int, module: int | None) -> bool:
        """Whether code out of sight got a leaf otherwise than as a part of `module`."""
        for event in self.trace.each(Opaque):
            if event.touched is None:
                return True
            if leaf in event.touched and (module is None or module not in event.touched):
                return True
        return False

    @cached_property
    def built(self) -> dict[int, ModuleBuilt]:
        """By module: how it came into being."""
        return {event.module: event for event in self.trace.each(ModuleBuilt)}

    @cached_property
    def listings(self) -> list[frozenset[int]]:
        """Which parameters were seen together as those of one module."""
        built = [frozenset(value.id for value in event.registered) for event in self.trace.each(ModuleBuilt)]
        listed = [frozenset(event.parameters) for event in self.trace.each(ParametersListed)]
        copied = [frozenset(new.id for _, new in event.pairs) for event in self.trace.each(ModuleCopied)]
        return [*built, *listed, *copied]

    @cached_property
    def members(self) -> dict[tuple[int, str], MemberSet]:
        """By module and attribute: the last time that it was set."""
        return {(event.module, event.attribute): event for event in self.trace.each(MemberSet)}

    @cached_property
    def tracked_uses(self) -> dict[int, Applied]:
        """By leaf: the first op that computes with it and records a graph."""
        uses: dict[int, Applied] = {}
        for event in self.trace.each(Applied):
            if event.scope is None and event.cut is None:
                for value in event.inputs:
                    if value.requires_grad and value.is_leaf:
                        uses.setdefault(value.id, event)
        return uses

    def trains(self, leaves: Iterable[int]) -> BackwardCalled | None:
        """The first call that gives one of these leaves a gradient."""
        return next(iter(self.training.giving(leaves)), None)

    # --- hidden in containers -----------------------------------------------------------------

    def concealed(self) -> Iterator[Concealed]:
        """Containers whose content takes part in training without being registered."""
        for hidden in self.hidden():
            numbers = frozenset(value.id for value in hidden.parameters)
            given = self.members.get((hidden.module, hidden.attribute))
            built = self.built.get(hidden.module)
            if given is None or built is None or not built.trusted or self._is_seen(hidden, numbers):
                continue
            call = self.trains(numbers)
            if call is None and self._is_trained(built):
                continue
            used = next((number for number in numbers if number in self.tracked_uses), None)
            if used is None or (call is None and not self._is_own(hidden, built)):
                continue
            value = next(value for value in hidden.parameters if value.id == used)
            yield Concealed(hidden, given, call or self.tracked_uses[used], value)

    def hidden(self) -> Iterator[Hidden]:
        """What is hidden in containers, as it was last seen."""
        last: dict[tuple[int, str], Hidden] = {}
        for event in self.trace.events:
            if isinstance(event, ModuleBuilt | ParametersListed):
                last.update({(hidden.module, hidden.attribute): hidden for hidden in event.hidden})
        yield from last.values()

    def _is_seen(self, hidden: Hidden, numbers: frozenset[int]) -> bool:
        """Whether the content is registered in another place, or looked after in another way."""
        if any(numbers & listing and not listing <= numbers for listing in self.listings):
            return True
        if not self.knows_optimizers and not self.trains(numbers):
            return True
        return any(
            self.is_cared_for(value) or self.reached_unseen(value.id, hidden.module) for value in hidden.parameters
        )

    def _is_trained(self, built: ModuleBuilt) -> bool:
        """Whether what the module does register is trained, so that the hidden part must be kept out on purpose."""
        return self.trains(value.id for value in built.registered) is not None

    def _is_own(self, hidden: Hidden, built: ModuleBuilt) -> bool:
        """Whether the module's own constructor made what the container holds."""
        inside = (*built.calls, built.site)
        makers = [self.trace.maker(value) for value in hidden.parameters]
        return all(maker is not None and maker.calls[: len(inside)] == inside for maker in makers)

    # --- tensors that are no parameters -------------------------------------------------------

    def unregistered(self) -> Iterator[Loose]:
        """Tensors that a module keeps as attributes, that require grad and take part in training, and that are no
        parameters."""
        for given in self.members.values():
            value, built = given.value, self.built.get(given.module)
            if given.form != "tensor" or value is None or value.is_parameter or built is None or not built.trusted:
                continue
            leaf = self._loose_leaf(given, value)
            if leaf is None or not self._takes_part(given, value, leaf, built):
                continue
            cared = self.is_cared_for(leaf) or self.is_cared_for(value) or value.id in self.training.asked
            hidden = self.reached_unseen(leaf.id, given.module) or self.reached_unseen(value.id, given.module)
            if not cared and not hidden and leaf.id not in self.registered:
                yield Loose(given, value, leaf)

    def _loose_leaf(self, given: MemberSet, value: Value) -> Value | None:
        """The leaf that was meant to be trained: the tensor itself, or the one new leaf it was computed from."""
        built = self.built[given.module]
        if value.is_leaf:
            maker = self.trace.maker(value)
            fresh = isinstance(maker, Created) and maker.cut is None and not maker.inputs
            meant = isinstance(maker, Created) and (maker.explicit is True or self._is_switched_on(value, given))
            return value if fresh and meant and (given.id < built.id or not given.inside) else None
        graph = behind(self.trace, value)
        if value.is_leaf is None or not graph.complete or len(graph.leaves) != 1 or given.id > built.id:
            return None
        (leaf,) = graph.leaves.values()
        maker = self.trace.maker(leaf)
        return leaf if isinstance(maker, Created) and maker.by == "torch.nn.Parameter" else None

    def _is_switched_on(self, value: Value, given: MemberSet) -> bool:
        """Whether `requires_grad_()` was called on it before the module got it."""
        switches = (event for event in self.trace.each(RequiresGradSet) if event.id < given.id)
        return any(event.value.id == value.id and event.flag is True for event in switches)

    def _takes_part(self, given: MemberSet, value: Value, leaf: Value, built: ModuleBuilt) -> bool:
        """Whether the tensor is trained through; where nothing of the module is trained in sight: is used."""
        if self.trains([leaf.id]) is not None:
            return True
        if self._is_trained(built) or not self.knows_optimizers:
            return False
        return any(
            used.id == value.id and event.id > built.id and event.scope is None and event.cut is None
            for event in self.trace.each(Applied)
            for used in event.inputs
        )

    # --- made anew in every call --------------------------------------------------------------

    def remade(self) -> Iterator[tuple[ModuleBuilt, Applied]]:
        """Modules with parameters that a `forward` makes and computes with, and that nobody trains."""
        inside = [event for event in self.trace.each(ModuleBuilt) if event.within is not None and event.registered]
        outer = {(*event.calls, event.site) for event in inside}
        for event in inside:
            if any(event.calls[: len(way)] == way for way in outer):
                continue
            if any(other is not event and _surrounds(other, event) for other in inside):
                continue
            values = [value for value in event.registered if self._is_made_by(value, event)]
            if any(self.is_cared_for(value) or self.reached_unseen(value.id, None) for value in values):
                continue
            uses = (self.tracked_uses[value.id] for value in values if value.id in self.tracked_uses)
            use = next(uses, None)
            if use is not None:
                yield event, use

    def _is_made_by(self, value: Value, event: ModuleBuilt) -> bool:
        """Whether a parameter came into being with the module, and was not just put into it."""
        maker, inside = self.trace.maker(value), (*event.calls, event.site)
        if maker is None:
            return False
        return maker.calls[: len(inside)] == inside or (maker.calls == event.calls and _contains(event, maker))

    @cached_property
    def registered(self) -> frozenset[int]:
        """Everything that was ever seen as a parameter of a module."""
        return frozenset(number for listing in self.listings for number in listing)


def _contains(outer: Event, inner: Event) -> bool:
    """Whether the text of one event lies within that of the other."""
    one, other = outer.site, inner.site
    return (one.path, one.chunk) == (other.path, other.chunk) and one.range.contains(other.range)


def _surrounds(outer: Event, inner: Event) -> bool:
    """Whether one call stands among the arguments of the other."""
    return outer.calls == inner.calls and outer.site != inner.site and _contains(outer, inner)
