"""Parameters that get gradients and that no optimizer holds, though optimizers step because of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from gradsight.autograd.cuts import Origins
from gradsight.autograd.events import BackwardCalled, Created, Event, OptimizerBuilt, Stepped, compatible
from gradsight.autograd.graph import Behind, operands
from gradsight.autograd.loop_events import ModeSet
from gradsight.autograd.module_events import MemberSet, ModuleBuilt, ParametersListed, StateLoaded
from gradsight.autograd.values import Value
from gradsight.autograd.wiring import Wiring

_FAMILY = 4
"""So many optimizers of one place are as many as a comprehension is walked for."""


@dataclass(frozen=True, slots=True)
class Unheld:
    """Parameters that get gradients and that no optimizer holds."""

    call: BackwardCalled
    parameters: tuple[Value, ...]
    built: OptimizerBuilt
    """The optimizer that should have got them."""
    step: Stepped
    alone: bool
    """Whether the call gives nothing to anything that the optimizer holds."""
    change: Event | None
    """Where they came to be after the optimizer was built: what replaced others, or else what made them."""


class Unhelds:
    """The parameters of one trace that are trained through and held by nobody."""

    def __init__(self, wiring: Wiring) -> None:
        self.wiring, self.trace, self.training = wiring, wiring.trace, wiring.training

    def each(self) -> Iterator[Unheld]:
        """All of them, by the call in which they show."""
        if not self.trace.complete or not self.wiring.knows_optimizers or not self.training.steps or self._has_families:
            return
        told: set[int] = set()
        for call, graph in self.training.backwards:
            if call.api != "backward" or call.raised is not None:
                continue
            held = {number for number in graph.leaves if number in self.training.stepped}
            if held and not any(self._is_of_module(graph.leaves[number]) for number in held):
                continue  # an input is optimized through a model that stays as it is
            found = self._beside(call, graph, held, told) if held else self._alone(call, graph)
            if found is not None:
                told |= {leaf.id for leaf in found.parameters}
                yield found

    def _beside(self, call: BackwardCalled, graph: Behind, held: set[int], told: set[int]) -> Unheld | None:
        """What is held by nobody while other parameters of the same loss are."""
        leaves = [leaf for leaf in graph.leaves.values() if leaf.id not in told]
        missing = [leaf for leaf in leaves if self._is_left_out(leaf, held, call)]
        step = self._step_after(call, held)
        if missing and step is not None and (double := self._double(step)) is not None:
            return self._told(call, missing, double, step, alone=False)
        built = self._nearest_optimizer(missing, held, call) if missing else None
        if built is None:
            return None
        enumerated = len(missing) < len(held) and self._is_enumerated(built)
        if not enumerated and self._is_head_only(graph, {leaf.id for leaf in missing}, held):
            return None
        return self._told(call, missing, built, step, alone=False)

    def _double(self, step: Stepped) -> OptimizerBuilt | None:
        """The optimizer that steps, if another one that steps too was given just the same parameters: one of the two
        was meant for others."""
        held = self.training.held
        mine = held.get(step.optimizer)
        stepping = {other.key for other in self.training.steps}
        if not mine or not any(held.get(key) == mine for key in stepping if key != step.optimizer):
            return None
        return next((event for event in self.trace.each(OptimizerBuilt) if event.optimizer == step.optimizer), None)

    def _alone(self, call: BackwardCalled, graph: Behind) -> Unheld | None:
        """A loss of which nothing is held, right before a step of an optimizer that holds something else."""
        leaves = [leaf for leaf in graph.leaves.values() if leaf.is_parameter]
        step = next((step for step in self.training.steps if step.event.id > call.id), None)
        if not leaves or step is None or not step.parameters or not compatible(call, step.event):
            return None
        if self.training.calls_between(call.id, step.event.id):
            return None
        if not all(self._is_left_out(leaf, set(), call, copies=True) for leaf in leaves):
            return None
        if not step.parameters.isdisjoint(Origins(self.trace)(*call.roots)):
            return None
        built = next((event for event in self.trace.each(OptimizerBuilt) if event.optimizer == step.key), None)
        if built is None or not all(self._is_of_module(value) for value in built.parameters or ()):
            return None
        return self._told(call, leaves, built, step.event, alone=True)

    def _told(
        self, call: BackwardCalled, missing: list[Value], built: OptimizerBuilt | None, step: Stepped | None, *,
        alone: bool,
    ) -> Unheld | None:  # fmt: skip
        if built is None or step is None:
            return None
        makers = [maker for leaf in missing if (maker := self.trace.maker(leaf)) is not None]
        change: Event | None = None
        if all(maker.id > built.id for maker in makers):
            lost = {leaf.id for leaf in missing}
            given = (event for event in self.trace.each(MemberSet) if event.id > built.id)
            change = next((event for event in given if any(value.id in lost for value in event.parameters)), makers[0])
        return Unheld(call, tuple(missing), built, step, alone, change)

    def _is_enumerated(self, built: OptimizerBuilt) -> bool:
        """Whether the optimizer got the parameters of several modules, part by part."""
        held = {value.id for value in built.parameters or ()}
        parts: list[set[int]] = []
        for event in self.trace.each(ParametersListed):
            numbers = set(event.parameters)
            if event.id < built.id and numbers and numbers <= held and all(numbers.isdisjoint(part) for part in parts):
                parts.append(numbers)
        return len(parts) > 1 and set().union(*parts) == held

    def _is_of_module(self, leaf: Value) -> bool:
        """Whether a leaf is a parameter of a module."""
        maker = self.trace.maker(leaf)
        made = isinstance(maker, Created) and maker.by.startswith("torch.nn.") and maker.by != "torch.nn.Parameter"
        return leaf.is_parameter and (made or leaf.id in self.wiring.registered)

    @cached_property
    def _has_families(self) -> bool:
        """Whether optimizers are built one after the other at one place, so that there may be more of them than the
        walk has seen."""
        places: dict[object, int] = {}
        for event in self.trace.each(OptimizerBuilt):
            key = (event.site, event.calls)
            places[key] = places.get(key, 0) + 1
        return not self.trace.observed and any(count >= _FAMILY for count in places.values())

    def _is_left_out(self, leaf: Value, held: set[int], call: BackwardCalled, copies: bool = False) -> bool:
        maker = self.trace.maker(leaf)
        return (
            isinstance(maker, Created)
            and self._is_of_module(leaf)
            and (maker.by.startswith("torch.nn.") or (copies and maker.by == "copy.deepcopy"))
            and maker.cut is None
            and leaf.id not in self._told_otherwise
            and not self.wiring.is_cared_for(leaf)
            and not self.training.may_be_trained_unseen(leaf)
            and not self._shares_layer(maker, held)
            and not self._is_fixed(leaf.id, held, call)
        )

    @cached_property
    def _told_otherwise(self) -> frozenset[int]:
        """What is hidden in a container or made anew in each call: nobody could give it to an optimizer."""
        inside = (event for event in self.trace.each(ModuleBuilt) if event.within is not None)
        made = {value.id for event in inside for value in event.registered}
        return frozenset(made | {value.id for hidden in self.wiring.hidden() for value in hidden.parameters})

    def _shares_layer(self, maker: Created, held: set[int]) -> bool:
        """Whether others of the same layer are held: then this one was left out by choice."""
        return not self._by_layer.get((maker.site, maker.calls, maker.by), frozenset()).isdisjoint(held)

    @cached_property
    def _by_layer(self) -> dict[object, frozenset[int]]:
        layers: dict[object, frozenset[int]] = {}
        for event in self.trace.each(Created):
            if event.value.is_parameter and event.by != "torch.nn.Parameter":
                key = (event.site, event.calls, event.by)
                layers[key] = layers.get(key, frozenset()) | {event.value.id}
        return layers

    def _is_fixed(self, leaf: int, held: set[int], call: BackwardCalled) -> bool:
        """Whether the program treats what the leaf belongs to as given: evaluated only, or loaded."""
        mode = None
        for event in self.trace.events:
            if isinstance(event, ModeSet) and leaf in (event.parameters or ()) and event.id < call.id:
                mode = event
            elif isinstance(event, StateLoaded) and leaf in event.parameters and held.isdisjoint(event.parameters):
                return True
        return mode is not None and mode.training is not True

    def _is_head_only(self, graph: Behind, missing: set[int], held: set[int]) -> bool:
        """Whether all that is held lies behind what is missing, on the way to the loss: a head on given features."""
        tainted: set[int] = set()
        for node in sorted(graph.nodes, key=lambda node: node.id):
            values = list(operands(node))
            fed = any(value.made_by in tainted for value in values)
            if not fed and any(value.id in held for value in values):
                return False
            if fed or any(value.id in missing for value in values):
                tainted.add(node.id)
        return True

    def _step_after(self, call: BackwardCalled, held: set[int]) -> Stepped | None:
        steps = (step for step in self.training.steps if step.event.id > call.id and held & (step.parameters or set()))
        return next((step.event for step in steps), None)

    def _nearest_optimizer(
        self, missing: list[Value], held: set[int], call: BackwardCalled
    ) -> OptimizerBuilt | None:
        """The one that holds the nearest relatives: what lies in the smallest module around the missing ones."""
        built = [
            event
            for event in self.trace.each(OptimizerBuilt)
            if event.id < call.id and any(value.id in held for value in event.parameters or ())
        ]
        lost = {leaf.id for leaf in missing}
        for listing in sorted((each for each in self.wiring.listings if lost <= each), key=len):
            near = [event for event in built if any(value.id in listing for value in event.parameters or ())]
            if near:
                return near[-1]
        return built[-1] if built else None
