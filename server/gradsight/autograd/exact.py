"""Which exact numbers the elements of a tensor hold: everywhere, on a diagonal, or where a bound puts them.

A small domain for one question: can an element be exactly the edge of an op. Everything that it says is so on every
run that gets there; a bound (`clamp(-1, 1)`) says that whoever wrote it expects values beyond it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from gradsight.autograd.edges import constant, short
from gradsight.autograd.elementwise import (
    SAME_ELEMENTS,
    Function,
    applied_to,
    arithmetic,
    function_of,
    is_reversed,
    with_number,
)
from gradsight.autograd.events import Applied, Event, Mutated, Trace
from gradsight.autograd.exact_forms import Form, inserted_axis, on_diagonal, reduced_axes
from gradsight.autograd.fills import Fills
from gradsight.autograd.values import Value


@dataclass(frozen=True, slots=True)
class Everywhere:
    """All elements are this number."""

    number: float
    since: Event


@dataclass(frozen=True, slots=True)
class Bounded:
    """Elements beyond a bound are exactly that bound, and gradients flow at the bound itself."""

    points: tuple[tuple[float, Event], ...]


Fact: TypeAlias = Everywhere | Bounded | Form | None

_KEEP_PLACES = frozenset(["contiguous", "clone", "to", "float", "double"])
_STRETCH = frozenset(["expand", "expand_as", "broadcast_to"])
_SUMS = frozenset(["sum", "mean", "norm", "vector_norm", "nansum"])
_BOUNDS = {
    "clamp": (("1", "min"), ("2", "max")),
    "clip": (("1", "min"), ("2", "max")),
    "clamp_min": (("1", "min"), ()),
    "clamp_max": ((), ("1", "max")),
}
_DEEPEST = 60


class Exact:
    """Asks of a trace what is known exactly of the elements of its tensors."""

    def __init__(self, trace: Trace, fills: Fills) -> None:
        self._trace = trace
        self._fills = fills
        self._known: dict[tuple[int, int | None, int], Fact] = {}

    def of(self, value: Value, moment: Event, depth: int = 0) -> Fact:
        """What is known of `value` when `moment` happens."""
        maker = self._trace.maker(value)
        if depth > _DEEPEST:
            return None
        if not isinstance(maker, Applied):
            fill = self._fills.before(value, moment)
            return Everywhere(fill.number, fill.event) if fill is not None else Form.of(value)
        key = (value.id, value.made_by, -1)
        if key not in self._known:
            self._known[key] = None
            self._known[key] = self._result(maker, value, depth + 1)
        return self._known[key]

    def zero(self, value: Value, moment: Event) -> Event | None:
        """Since when all elements of `value` are zero at that moment."""
        fact = self.of(value, moment)
        return fact.since if isinstance(fact, Everywhere) and fact.number == 0 else None

    def _result(self, event: Applied, value: Value, depth: int) -> Fact:
        if isinstance(event, Mutated) or event.op == "join" or event.raised is not None:
            return None
        facts = [self.of(item, event, depth) for item in event.inputs]
        found = self._computed(event, facts)
        if found is None and event.outputs and event.outputs[0].id == value.id:
            return self._fallback(event, value)
        return found

    def _fallback(self, event: Applied, value: Value) -> Fact:
        """A tensor of which nothing is known is at least equal to itself."""
        squares = _sum_of_squares(self._trace, event)
        if squares is not None:
            return Form(((("sum of squares", *squares), 1.0),), (), None, event)
        return Form.of(value)

    def _computed(self, event: Applied, facts: list[Fact]) -> Fact:
        name = short(event)
        if not facts:
            return None
        first = facts[0]
        if name in ("Linear", "linear", "matmul", "mm", "bmm", "rmatmul", "Bilinear", "addmm", "Conv1d", "Conv2d"):
            return self._product(event, name, facts)
        if name in _BOUNDS:
            return _clamped(event, name, first)
        if name in ("max", "min", "maximum", "minimum") and len(facts) == 2:
            return _bounded_by(event, name, facts)
        operation = arithmetic(event)
        if operation is not None and len(facts) == 2:
            return _combined(event, operation, facts)
        if name in ("diag", "diagonal") and isinstance(first, Form) and len(first.axes) == 2:
            return replace(first, axes=(), least_rank=None) if not event.constants else None
        if len(facts) != 1:
            return None
        if name in _SUMS:
            return _summed(event, name, first)
        if name in SAME_ELEMENTS:
            return _seen(event, name, first)
        return _mapped(event, name, first)

    def _product(self, event: Applied, name: str, facts: list[Fact]) -> Fact:
        """A product with zeros; or of a matrix with itself, whose diagonal is the sums of its squares."""
        zeros = [fact for fact in facts if isinstance(fact, Everywhere) and fact.number == 0]
        bias = facts[2:] if name in ("Linear", "linear", "Conv1d", "Conv2d") else []
        if name != "addmm" and name != "Bilinear":
            factor = next((fact for fact in facts[:2] if fact in zeros), None)
            if isinstance(factor, Everywhere) and all(fact in zeros for fact in bias):
                return factor
        if name in ("matmul", "mm", "bmm") and event.inputs:
            base = _transposed_pair(self._trace, event)
            if base is not None:
                shape = event.outputs[0].shape
                rank = len(shape) if shape is not None else 3 if name == "bmm" else 2 if name == "mm" else None
                if rank is not None:
                    term = ("sum of squares", base.id, base.made_by or 0)
                    return Form(((term, 1.0),), (rank - 2, rank - 1), rank, event)
        return None


def _transposed_pair(trace: Trace, event: Applied) -> Value | None:
    """`x` of `x @ x.t()`."""
    if len(event.inputs) != 2:
        return None
    one, other = event.inputs
    maker = trace.maker(other)
    if not isinstance(maker, Applied) or short(maker) not in ("t", "T", "mT", "transpose", "permute"):
        return None
    original = maker.inputs[0]
    return one if (one.id, one.made_by) == (original.id, original.made_by) else None


def _sum_of_squares(trace: Trace, event: Applied) -> tuple[int, int] | None:
    """The matrix of whose rows `event` sums the squares: `(x ** 2).sum(1)`, `(x * x).sum(-1)`."""
    if short(event) != "sum" or constant(event, "1", "dim") in (None, 0) or len(event.inputs) != 1:
        return None
    squared = trace.maker(event.inputs[0])
    if not isinstance(squared, Applied) or not squared.inputs:
        return None
    one, other = squared.inputs[0], squared.inputs[-1]
    name = short(squared)
    square = (name == "pow" and constant(squared, "1", "exponent") == 2) or name == "square"
    if not square and not (name == "mul" and not squared.constants and one.id == other.id):
        return None
    return one.id, one.made_by or 0


def _mapped(event: Applied, name: str, fact: Fact) -> Fact:
    """An op on each element alone."""
    function = function_of(event)
    if function is None:
        return None
    if isinstance(fact, Everywhere):
        return _everywhere(function, fact)
    if name in ("relu", "ReLU"):
        return None  # its backward lets nothing through at zero
    if isinstance(fact, Bounded):
        return _moved(function, fact)
    if not isinstance(fact, Form):
        return None
    operation = arithmetic(event)
    linear = name in ("neg", "negative") or (operation is not None and not (operation == "div" and is_left(event)))
    return fact.scaled(function) if linear else fact.mapped(function)


def is_left(event: Applied) -> bool:
    """Whether the number of an arithmetic op stands on its left."""
    return is_reversed(event) or constant(event, "0") is not None


def _everywhere(function: Function, fact: Everywhere) -> Everywhere | None:
    number = applied_to(function, fact.number)
    return None if number is None else replace(fact, number=number)


def _moved(function: Function, fact: Bounded) -> Bounded | None:
    moved = {applied_to(function, number): event for number, event in fact.points}
    known = tuple((number, event) for number, event in moved.items() if number is not None)
    return Bounded(known) if known else None


def _clamped(event: Applied, name: str, fact: Fact) -> Fact:
    low_names, high_names = _BOUNDS[name]
    low, high = constant(event, *low_names), constant(event, *high_names)
    low = float(low) if isinstance(low, int | float) else None
    high = float(high) if isinstance(high, int | float) else None
    if len(event.inputs) != 1 or (low is None and high is None):
        return None

    def clamp(number: float) -> float:
        number = number if low is None else max(number, low)
        return number if high is None else min(number, high)

    if isinstance(fact, Everywhere):
        return _everywhere(clamp, fact)
    if isinstance(fact, Form) and not fact.terms:
        return fact.mapped(clamp)
    points = {clamp(number): at for number, at in (fact.points if isinstance(fact, Bounded) else ())}
    points |= {bound: event for bound in (low, high) if bound is not None}
    return Bounded(tuple(points.items()))


def _bounded_by(event: Applied, name: str, facts: list[Fact]) -> Fact:
    """`torch.min(x, torch.ones_like(x))`: a bound from one number everywhere."""
    walls = [fact for fact in facts if isinstance(fact, Everywhere)]
    others = [fact for fact in facts if not isinstance(fact, Everywhere)]
    if len(walls) != 1 or len(others) != 1:
        return None
    wall, other = walls[0].number, others[0]
    pick = max if name.startswith("max") else min
    if isinstance(other, Form) and not other.terms:
        return other.mapped(lambda number: pick(number, wall))
    points = {pick(number, wall): at for number, at in (other.points if isinstance(other, Bounded) else ())}
    return Bounded(tuple({**points, wall: event}.items()))


def _combined(event: Applied, operation: str, facts: list[Fact]) -> Fact:
    """Sums, differences and products of two tensors, of which one may be a number everywhere."""
    if event.constants:
        return None  # `alpha=`
    one, other = (facts[1], facts[0]) if is_reversed(event) else (facts[0], facts[1])
    if isinstance(other, Everywhere):
        return _with_number(one, other.number, operation, on_left=False)
    if isinstance(one, Everywhere):
        return _with_number(other, one.number, operation, on_left=True)
    if operation in ("add", "sub"):
        if isinstance(one, Form) and isinstance(other, Form):
            return on_diagonal(one, other, 1.0 if operation == "add" else -1.0, event)
        return None
    if isinstance(one, Form) and one.is_zero:
        return one
    return other if operation == "mul" and isinstance(other, Form) and other.is_zero else None


def _with_number(fact: Fact, number: float, operation: str, on_left: bool) -> Fact:
    function = with_number(operation, number, on_left)
    if isinstance(fact, Everywhere):
        return _everywhere(function, fact)
    if isinstance(fact, Bounded):
        return _moved(function, fact)
    if isinstance(fact, Form):
        return fact.mapped(function) if operation == "div" and on_left else fact.scaled(function)
    return None


def _summed(event: Applied, name: str, fact: Fact) -> Fact:
    if isinstance(fact, Everywhere):
        return fact if fact.number == 0 or name == "mean" else None
    if not isinstance(fact, Form) or not fact.is_zero:
        return None
    axes = reduced_axes(event, fact)
    if axes is None or any(axis in fact.axes for axis in axes):
        return None
    keeps = constant(event, "2", "keepdim") is True
    moved = fact.axes if keeps else tuple(axis - sum(gone < axis for gone in axes) for axis in fact.axes)
    rank = fact.least_rank if keeps or fact.least_rank is None else fact.least_rank - len(axes)
    return replace(fact, axes=moved, least_rank=rank)


def _seen(event: Applied, name: str, fact: Fact) -> Fact:
    """A view or copy of elements."""
    if isinstance(fact, Everywhere | Bounded) or name in _KEEP_PLACES:
        return fact
    if not isinstance(fact, Form):
        return None
    if name in _STRETCH:
        shape, before = event.outputs[0].shape, event.inputs[0].shape
        return fact if shape is not None and before is not None and len(shape) == len(before) else None
    axis = inserted_axis(event)
    if axis is None or fact.axes:
        return None
    shape = event.outputs[0].shape
    index = constant(event, "1")
    least = len(shape) if shape is not None else len(index) if isinstance(index, tuple) else axis + 2
    return replace(fact, axes=(axis,), least_rank=least)
