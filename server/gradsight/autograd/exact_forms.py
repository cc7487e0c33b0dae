"""What the elements of a tensor are in terms of another one: `x[:, None] - x[None]` is zero where row meets row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from gradsight.autograd.edges import constant, short
from gradsight.autograd.elementwise import Function, applied_to
from gradsight.autograd.events import Applied, Event
from gradsight.autograd.values import Value

Term: TypeAlias = tuple[int | str, ...]
"""Identifies a tensor whose elements are spoken of."""


@dataclass(frozen=True, slots=True)
class Form:
    """A sum of tensors with factors, seen along axes that were put in between.

    Without axes it is the sum itself; with one, its elements repeat along that axis; with two, the sum is what stands
    on the diagonal of these two axes, and nothing is known of other places.
    """

    terms: tuple[tuple[Term, float], ...]
    axes: tuple[int, ...]
    least_rank: int | None
    """How many dimensions there are at least; None: that many are not known."""
    since: Event | None
    offset: float = 0.0

    @staticmethod
    def of(value: Value) -> Form:
        """A tensor in terms of itself."""
        rank = len(value.shape) if value.shape is not None else None
        return Form((((value.id, value.made_by or 0), 1.0),), (), rank, None)

    @property
    def is_zero(self) -> bool:
        """Whether elements are exactly zero there."""
        return not self.terms and self.offset == 0

    def mapped(self, function: Function) -> Form | None:
        """After a function of each element; known only where the elements are."""
        if self.terms:
            return None
        offset = applied_to(function, self.offset)
        return None if offset is None else replace(self, offset=offset)

    def scaled(self, function: Function) -> Form | None:
        """After `a * element + b`."""
        if not self.terms:
            return self.mapped(function)
        shift = function(0.0)
        factor = function(1.0) - shift
        terms = tuple((term, number * factor) for term, number in self.terms)
        return replace(self, terms=terms, offset=function(self.offset))


def on_diagonal(one: Form, other: Form, sign: float, event: Event) -> Form | None:
    """The sum (or difference, with `sign` -1) of two forms where their axes meet."""
    axes = tuple(sorted({*one.axes, *other.axes}))
    if len(axes) > 2 or (len(axes) == 2 and axes[1] - axes[0] != 1):
        return None
    if (not one.axes or not other.axes) and one.axes != other.axes:
        return None  # a tensor and a view of one with more dimensions: how they are matched is not followed
    terms = dict(one.terms)
    for term, number in other.terms:
        terms[term] = terms.get(term, 0.0) + sign * number
    known = tuple((term, number) for term, number in terms.items() if number != 0)
    if one.least_rank is None or other.least_rank is None:
        rank = one.least_rank or other.least_rank
    else:
        rank = max(one.least_rank, other.least_rank)
    if not known and len(axes) < 2:
        return None  # a tensor minus itself: zeros everywhere, which is another story
    return Form(known, axes, rank, event, one.offset + sign * other.offset)


def inserted_axis(event: Applied) -> int | None:
    """Where an op puts one new dimension of size one, counted from the front; None where it does anything else."""
    name = short(event)
    before, after = event.inputs[0].shape, event.outputs[0].shape
    if name == "getitem":
        index = constant(event, "1")
        if not isinstance(index, tuple) or index.count("None") != 1:
            return None
        place = index.index("None")
        if any(part != ":" for part in index[:place]) or any(part not in (":", "...") for part in index[place + 1 :]):
            return None
        return place
    if name == "unsqueeze":
        place_given = constant(event, "1", "dim")
        if not isinstance(place_given, int):
            return None
        if place_given >= 0:
            return place_given
        return len(before) + 1 + place_given if before is not None else None
    if name in ("view", "reshape") and before is not None and after is not None and len(after) == len(before) + 1:
        places = [place for place in range(len(after)) if after[:place] + after[place + 1 :] == before]
        if len(before) == 1 and None not in before and 1 in after:
            return places[0] if len(places) == 1 and after[places[0]] == 1 else None
    return None


def reduced_axes(event: Applied, form: Form) -> tuple[int, ...] | None:
    """The dimensions that a sum goes over; None where that is not certain."""
    given = constant(event, "dim") if short(event) in ("norm", "vector_norm") else constant(event, "1", "dim")
    if not isinstance(given, int) or isinstance(given, bool):
        return None
    if given >= 0:
        return (given,)
    shape = event.inputs[0].shape
    if shape is not None:
        return (len(shape) + given,)
    # The rank is at least this: where even then the dimension lies behind the axes, it does for every rank.
    if form.least_rank is None or form.least_rank + given <= max(form.axes, default=0):
        return None
    return (form.least_rank + given,)
