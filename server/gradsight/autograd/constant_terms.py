"""Parts of a loss that train nothing: summands whose value was computed from trained leaves and lost their gradient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from gradsight.autograd.cuts import Blame, Blames, inputs_of
from gradsight.autograd.events import BackwardCalled, Cut, GradRead
from gradsight.autograd.flatness import live
from gradsight.autograd.graph import behind, operands
from gradsight.autograd.terms import Part, is_worked_on, parts
from gradsight.autograd.values import Value


class ConstantTerms:
    """The summands of the roots of one trace to which a cut, or an op of derivative zero, leaves no gradient.

    A constant in a sum is no mistake by itself: a detached result may be added so that the sum shows the right number,
    and the running total of earlier passes may be carried along. Such a value is a result as it stands, and has its
    gradient elsewhere. A summand is reported where the value that was cut is no result of that kind: where something
    was still computed from it, or where it became a number or an array, out of which no loss is ever made on purpose.
    """

    def __init__(self, blames: Blames) -> None:
        self._blames = blames
        self._trace = blames.trace
        self._known: set[tuple[int, int | None]] = set()

    def each(self) -> Iterator[Blame]:
        """One blame for each such summand."""
        if not self._trace.complete and not self._trace.observed:
            return
        if not self._trained:
            return
        for call, _ in self._blames.backwards:
            if call.api != "backward" or call.raised is not None or call.gradient_given is not False:
                continue
            for root in call.roots:
                if root.requires_grad is not False:
                    yield from self._of_root(call, root)

    def _of_root(self, call: BackwardCalled, root: Value) -> Iterator[Blame]:
        found_parts = list(parts(self._trace, root))
        if not any(part.value.requires_grad is True for part in found_parts):
            return
        for part in found_parts:
            value = part.value
            if (value.id, value.made_by) in self._known or value.id == root.id:
                continue
            self._known.add((value.id, value.made_by))
            found = self._constant(call, part) if value.requires_grad is False else self._zero(call, part)
            if found is not None:
                yield found

    def _constant(self, call: BackwardCalled, part: Part) -> Blame | None:
        graph = behind(self._trace, part.value)
        cut = self._blames.nearest(graph.cuts)
        if cut is None or cut.cut is None:
            return None
        leaves = self._waiting(self._blames.origins(*inputs_of(cut)).values())
        if not leaves or (cut.cut is not Cut.FIRST_ORDER and self._is_result(inputs_of(cut))):
            return None
        blame = self._blames.blamed(cut, call, (part.value,), leaves, None, term=part.value)
        if blame.kind in (Cut.DETACH, Cut.GRAD_MODE):
            worked_on = is_worked_on(self._trace, cut, part.value, itself=blame.kind is Cut.GRAD_MODE)
            if not part.added or not worked_on:
                return None
        return blame

    def _zero(self, call: BackwardCalled, part: Part) -> Blame | None:
        if part.value.requires_grad is not True:
            return None
        found = live(self._trace, part.value)
        if found.leaves or not found.flat or not found.complete:
            return None
        first = found.flat[0]
        leaves = self._waiting(behind(self._trace, *operands(first)).leaves.values())
        return Blame(first, Cut.ZERO, call, leaves, None, term=part.value) if leaves else None

    def _waiting(self, leaves: Iterable[Value]) -> tuple[Value, ...]:
        """Those of the leaves that somebody trains."""
        return tuple(leaf for leaf in leaves if leaf.requires_grad is True and leaf.id in self._trained)

    def _is_result(self, values: tuple[Value, ...]) -> bool:
        """Whether what was cut is a loss of its own, through which some backward goes anyway."""
        return any(value.elements == 1 and value.made_by in self._backpropagated for value in values)

    @cached_property
    def _trained(self) -> frozenset[int]:
        training = self._blames.training
        read = (event.value for event in self._trace.each(GradRead))
        return training.stepped | {value.id for value in read if training.is_updated_by_hand(value)}

    @cached_property
    def _backpropagated(self) -> frozenset[int]:
        """Ids of the ops that some backward goes through."""
        return frozenset(node.id for _, graph in self._blames.backwards for node in graph.nodes)
