"""Which cut is to blame: for a backward that raises, and for a leaf that waits for its gradient in vain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from gradsight.autograd.events import (
    Applied,
    BackwardCalled,
    Created,
    Cut,
    Event,
    GradRead,
    Mutated,
    Rebound,
    RequiresGradSet,
    Stepped,
    Trace,
)
from gradsight.autograd.graph import Behind, behind, beyond, flow
from gradsight.autograd.training import Backwards, Training
from gradsight.autograd.values import Form, Value

NO_GRAD_RAISED = "does not require grad"
"""What PyTorch's message says when backward() is called on a root without a graph."""

_STEPS_TO_TRUST_A_STOPPED_RUN = 2

Dropped: TypeAlias = Applied | Created
"""An event that dropped the history of what it was given."""


@dataclass(frozen=True, slots=True)
class Blame:
    """One cut, and what it costs."""

    cut: Dropped
    """The event to change: of several in one conversion (`torch.tensor(t.item())`) the one nearest to the root."""
    kind: Cut
    call: BackwardCalled
    """Where it shows."""
    leaves: tuple[Value, ...]
    """The leaves behind the cut that get no gradient because of it."""
    wish: Event | None
    """The step or the read that misses the gradient; None where `call` itself raises."""
    behind_it: tuple[Dropped, ...] = ()
    """Further links of the same conversion, from the root's side on."""
    term: Value | None = None
    """The part of the root's sum that is a constant because of it; None where whole leaves wait in vain."""

    @property
    def raises(self) -> bool:
        """Whether PyTorch raises: the root does not require grad at all."""
        return self.wish is None and self.term is None


@dataclass(frozen=True, slots=True)
class Forced:
    """A leaf that was made out of a computed value, so that the history of that value is lost to it."""

    leaf: Value
    by: RequiresGradSet | Created | Applied
    """What made it a leaf that requires grad; an op that gives a view while grad mode is off does so, too."""
    source: tuple[Value, ...]
    """The values whose history it lost."""


class Origins:
    """The leaves behind values of one trace as if nothing had ever been cut. Remembers what lies behind each cut."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._beyond: dict[int, tuple[dict[int, Value], tuple[Dropped | Forced, ...]]] = {}

    def __call__(self, *values: Value) -> dict[int, Value]:
        """The leaves, by id."""
        leaves, waiting = self._until_cut(values)
        found, stack = dict(leaves), list(waiting)
        seen: set[int] = set()
        while stack:
            cut = stack.pop()
            number = cut.by.id if isinstance(cut, Forced) else cut.id
            if number in seen:
                continue
            seen.add(number)
            if number not in self._beyond:
                self._beyond[number] = self._until_cut(cut.source if isinstance(cut, Forced) else inputs_of(cut))
            leaves, further = self._beyond[number]
            found.update({leaf: value for leaf, value in leaves.items() if leaf not in found})
            stack.extend(further)
        return found

    def _until_cut(self, values: Iterable[Value]) -> tuple[dict[int, Value], tuple[Dropped | Forced, ...]]:
        """The leaves behind values, and where their history was dropped on the way."""
        graph = behind(self._trace, *values)
        restarts = (forced(self._trace, leaf) for leaf in graph.leaves.values())
        return graph.leaves, (*graph.cuts, *(restart for restart in restarts if restart is not None))


def inputs_of(event: Dropped) -> tuple[Value, ...]:
    """What went into an event; for a write in place the old content too."""
    return (event.target, *event.inputs) if isinstance(event, Mutated) else event.inputs


def forced(trace: Trace, leaf: Value) -> Forced | None:
    """How `leaf` was made out of a computed value, if it was."""
    maker = trace.maker(leaf)
    while isinstance(maker, Mutated) and maker.target.is_leaf:
        maker = trace.maker(maker.target)
    if isinstance(maker, Created) and maker.inputs:
        if maker.value.requires_grad is False:
            return _switched_on(trace, leaf)
        return Forced(leaf, maker, maker.inputs) if maker.cut is not None else None
    if not isinstance(maker, Applied):
        return None
    history = tuple(value for value in maker.inputs if value.requires_grad)
    return Forced(leaf, maker, history) if history and maker.cut is None else _switched_on(trace, leaf)


def _switched_on(trace: Trace, leaf: Value) -> Forced | None:
    for event in trace.each(RequiresGradSet):
        if event.value.id == leaf.id and event.flag is True and event.value.requires_grad is False:
            return Forced(leaf, event, (event.value,))
    return None


class Blames:
    """The cuts of one trace that cost somebody a gradient."""

    def __init__(self, trace: Trace, backwards: Backwards, training: Training) -> None:
        self.trace = trace
        self.backwards = backwards
        self.training = training
        self.origins = Origins(trace)
        self._rebound = {event.new.made_by for event in trace.each(Rebound)}

    def each(self) -> Iterator[Blame]:
        """All of them, by the call in which they show."""
        for call, found in self.backwards:
            yield from self._that_raise(call, found)
        yield from self._that_starve()

    # --- the root has no graph ---------------------------------------------------------------

    def _that_raise(self, call: BackwardCalled, found: Behind) -> Iterator[Blame]:
        if self.trace.observed and NO_GRAD_RAISED not in (call.raised or ""):
            return
        for root in call.roots:
            if root.requires_grad is False:
                alone = found if len(call.roots) == 1 else behind(self.trace, root)
                yield from self._chain(call, (root,), alone.cuts)

    def _chain(self, call: BackwardCalled, roots: tuple[Value, ...], cuts: tuple[Dropped, ...]) -> Iterator[Blame]:
        """The nearest cut, and those behind it without whose repair nothing would be gained."""
        while (cut := self.nearest(cuts)) is not None:
            blame = self.blamed(cut, call, roots, tuple(self.origins(*inputs_of(cut)).values()), None)
            if blame.cut.id not in self._rebound:
                yield blame
            further = beyond(self.trace, cut)
            roots, cuts = inputs_of(cut), () if further.leaves or blame.behind_it else further.cuts

    def nearest(self, cuts: Iterable[Dropped]) -> Dropped | None:
        """The one that a reader would call the mistake: on the way of a gradient that somebody asks for, and rather
        a cut of one value than a block that may be meant to hold back a target."""
        known = [(cut, self.origins(*inputs_of(cut))) for cut in cuts]
        wanted = [cut for cut, leaves in known if not self.training.asked.isdisjoint(leaves)]
        candidates = wanted or [cut for cut, _ in known]
        single = [cut for cut in candidates if cut.cut is not Cut.GRAD_MODE]
        return next(iter(single or candidates), None)

    # --- the root has a graph, but a leaf is cut off -----------------------------------------

    def _that_starve(self) -> Iterator[Blame]:
        if not self.trace.complete and not self.trace.observed:
            return
        merged: dict[int, tuple[Blame, dict[int, Value]]] = {}
        for number, held_back in self._held_back().items():
            leaf = held_back[0][2]
            if self._is_fed_otherwise(leaf):
                continue
            for wish, call, cut in self._missed(number, held_back):
                blame = self.blamed(cut, call, call.roots, (), wish)
                _, leaves = merged.setdefault(blame.cut.id, (blame, {}))
                leaves[number] = leaf
        for blame, leaves in merged.values():
            yield Blame(blame.cut, blame.kind, blame.call, tuple(leaves.values()), blame.wish, blame.behind_it)

    def _held_back(self) -> dict[int, list[tuple[BackwardCalled, Dropped, Value]]]:
        """By leaf: the calls whose root it would have reached, with the cut on its way."""
        found: dict[int, list[tuple[BackwardCalled, Dropped, Value]]] = {}
        for call, graph in self.backwards:
            if call.raised is not None or any(root.requires_grad is not True for root in call.roots):
                continue
            for cut in (*graph.cuts, *self._wrapped_leaves(graph)):
                for leaf in self.origins(*inputs_of(cut)).values():
                    if leaf.requires_grad is True and leaf.id not in graph.leaves:
                        found.setdefault(leaf.id, []).append((call, cut, leaf))
        return found

    def _wrapped_leaves(self, graph: Behind) -> Iterator[Created]:
        """Leaves of the graph that are copies of computed values and that nobody asks the gradient of."""
        for leaf in graph.leaves.values():
            restart = forced(self.trace, leaf)
            if restart is not None and isinstance(restart.by, Created) and restart.by.by == "torch.nn.Parameter":
                yield restart.by

    def _is_fed_otherwise(self, leaf: Value) -> bool:
        training = self.training
        return bool(
            leaf.id not in training.asked
            or training.gives(leaf.id)
            or training.is_updated_by_hand(leaf)
            or training.may_be_trained_unseen(leaf)
        )

    def _missed(
        self, number: int, held_back: list[tuple[BackwardCalled, Dropped, Value]]
    ) -> Iterator[tuple[Event, BackwardCalled, Dropped]]:
        for wish, calls in self.training.wishes(number):
            if isinstance(wish, GradRead) and wish.has_grad is not False:
                continue
            if isinstance(wish, Stepped) and not self._is_trusted(wish):
                continue
            missed = [(wish, call, cut) for call, cut, _ in held_back if call in calls]
            if missed:
                yield from missed
                return

    def _is_trusted(self, step: Stepped) -> bool:
        """A run that was stopped early shows the loop only if its optimizer stepped more than once."""
        if self.trace.complete:
            return True
        same = sum(1 for other in self.training.steps if other.event.optimizer == step.optimizer)
        return same >= _STEPS_TO_TRUST_A_STOPPED_RUN

    # --- whom to point at --------------------------------------------------------------------

    def blamed(
        self,
        cut: Dropped,
        call: BackwardCalled,
        roots: tuple[Value, ...],
        leaves: tuple[Value, ...],
        wish: Event | None,
        term: Value | None = None,
    ) -> Blame:
        """The cut with the further links of its conversion; `roots` are what it cost the history of."""
        links: list[Dropped] = [cut]
        for root in roots:
            way = flow(self.trace, cut, root)
            if way:
                links.extend(_conversions(way[1:]))
                break
        owner, *others = reversed(links)
        if owner is cut and isinstance(cut, Created):
            others.extend(beyond(self.trace, cut).cuts if _takes_numbers(cut) else ())
        return Blame(owner, _kind(owner), call, leaves, wish, tuple(others), term)


def _takes_numbers(copy: Created) -> bool:
    """Whether a copy was made of what a tensor had become, so that the two belong together."""
    return any(value.form is not Form.TENSOR for value in copy.inputs)


def _conversions(way: Iterable[Event]) -> Iterator[Dropped]:
    """The events that take a value out of torch or back into it, so that they cut whatever is done before them."""
    for event in way:
        if isinstance(event, Created):
            if event.inputs:
                yield event
        elif isinstance(event, Applied) and any(value.form is not Form.TENSOR for value in event.outputs):
            yield event


def _kind(event: Dropped) -> Cut:
    if isinstance(event, Created):
        return Cut.NUMPY if any(value.form is Form.ARRAY for value in event.inputs) else Cut.REWRAP
    forms = {value.form for value in event.outputs}
    if Form.NUMBER in forms:
        return Cut.NUMBER
    return Cut.NUMPY if Form.ARRAY in forms else event.cut or Cut.DETACH
