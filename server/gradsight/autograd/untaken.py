"""Choosing after the op: `torch.where` drops a value, but its backward still goes through the op that made it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gradsight.autograd.edges import Edge, constant, edge_of, short
from gradsight.autograd.elementwise import SAME_ELEMENTS, Function, applied_to, arithmetic, function_of
from gradsight.autograd.events import Applied, Event, Mutated, Trace
from gradsight.autograd.values import Value

_ELEMENTWISE = frozenset(["pow", "exp", "sin", "cos", "tan", "neg", "abs", "square", "tanh", "sigmoid", "log", "sqrt"])
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
}
_TINY = (0.0, 1e-10, 1e-3, 0.5)
_NEAR = 1.1e-2
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Untaken:
    """An op whose result is dropped just where its slope is infinite or undefined."""

    choice: Applied
    """The `where` or `masked_fill`."""
    condition: Applied
    """The comparison that it goes by."""
    op: Applied
    edge: Edge
    argument: Value
    when: bool
    """Whether the result is used where the condition holds, or where it does not."""


@dataclass(frozen=True, slots=True)
class _Test:
    """A comparison of one tensor with a number, and whether it must hold."""

    event: Applied
    value: Value
    number: float
    holds: Callable[[float, float], bool]
    wanted: bool

    def passes(self, number: float) -> bool:
        return self.holds(number, self.number) is self.wanted


def untaken(trace: Trace, choice: Applied) -> Iterator[Untaken]:
    """The ops behind a choice that it means to protect, and does not."""
    for condition, branch, when in _branches(choice):
        tests = list(_tests(trace, condition, when))
        for op, edge, argument in _ops_behind(trace, branch) if tests else ():
            for test in tests:
                if _guards(trace, test, edge, argument):
                    yield Untaken(choice, test.event, op, edge, argument, when)
                    break


def _branches(choice: Applied) -> Iterator[tuple[Value, Value, bool]]:
    """(condition, value, whether it is taken where the condition holds)."""
    name = short(choice)
    inputs = list(choice.inputs)
    if name == "where" and choice.op == "torch.where":
        given = {key for key, _ in choice.constants}
        slots = [slot for slot in ("1", "2") if slot not in given and not (slot == "1" and "input" in given)]
        slots = [slot for slot in slots if not (slot == "2" and "other" in given)]
        if len(inputs) == 1 + len(slots):
            yield from ((inputs[0], value, slot == "1") for slot, value in zip(slots, inputs[1:], strict=True))
    elif name == "where" and len(inputs) >= 2:
        yield inputs[1], inputs[0], True
        if len(inputs) == 3:
            yield inputs[1], inputs[2], False
    elif name == "masked_fill" and len(inputs) >= 2:
        yield inputs[1], inputs[0], False


def _tests(trace: Trace, condition: Value, wanted: bool, depth: int = 0) -> Iterator[_Test]:
    """The comparisons that must all come out as wanted for the condition to do so."""
    maker = trace.maker(condition)
    if not isinstance(maker, Applied) or isinstance(maker, Mutated) or depth > _DEEPEST or not maker.inputs:
        return
    name = short(maker)
    if name in ("invert", "logical_not", "bitwise_not"):
        yield from _tests(trace, maker.inputs[0], not wanted, depth + 1)
    elif name in (("and", "logical_and", "bitwise_and", "rand") if wanted else ("or", "logical_or", "ror")):
        for part in maker.inputs:
            yield from _tests(trace, part, wanted, depth + 1)
    elif name in ("bool", *SAME_ELEMENTS):
        yield from _tests(trace, maker.inputs[0], wanted, depth + 1)
    elif name in _COMPARISONS and len(maker.inputs) == 1:
        number = constant(maker, "1", "other")
        if isinstance(number, int | float):
            yield _Test(maker, maker.inputs[0], float(number), _COMPARISONS[name], wanted)


def _ops_behind(trace: Trace, value: Value) -> Iterator[tuple[Applied, Edge, Value]]:
    """The ops with an edge from which the elements of a value come, element by element."""
    waiting, seen = [(value, 0)], set[int]()
    while waiting:
        item, depth = waiting.pop()
        maker = trace.maker(item)
        if not isinstance(maker, Applied) or isinstance(maker, Mutated) or maker.id in seen or depth > _DEEPEST:
            continue
        seen.add(maker.id)
        if not maker.outputs or maker.outputs[0].requires_grad is not True:
            continue
        found = edge_of(maker)
        if found is not None:
            yield maker, *found
        if found is not None or short(maker) in _ELEMENTWISE or arithmetic(maker) or short(maker) in SAME_ELEMENTS:
            waiting.extend((part, depth + 1) for part in maker.inputs)


def _guards(trace: Trace, test: _Test, edge: Edge, argument: Value) -> bool:
    """Whether a test keeps away from the results of an op just those that its edge spoils."""
    tested, given = _chain(trace, test.value), _chain(trace, argument)
    for root in tested:
        if root not in given:
            continue
        spoilt = [number for number in _samples(test.number) if _is_spoilt(edge, applied_to(given[root], number))]
        seen = [applied_to(tested[root], number) for number in spoilt]
        if not spoilt or any(number is None or test.passes(number) for number in seen):
            continue
        if any(number is not None and abs(number - test.number) <= _NEAR for number in seen):
            return True
    return False


def _is_spoilt(edge: Edge, number: float | None) -> bool:
    return number is not None and (number in edge.at or (edge.outside is not None and edge.outside(number)))


def _samples(number: float) -> list[float]:
    centres = {0.0, 1.0, -1.0, number, -number}
    return [centre + sign * step for centre in sorted(centres) for step in _TINY for sign in (1, -1)]


def _chain(trace: Trace, value: Value) -> dict[tuple[int, int | None], Function]:
    """The tensors of which a value's elements are functions, with those functions; the value itself among them."""
    found: dict[tuple[int, int | None], Function] = {(value.id, value.made_by): float}
    function: Function = float
    for _ in range(_DEEPEST):
        maker: Event | None = trace.maker(value)
        if not isinstance(maker, Applied) or not maker.inputs or len(maker.inputs) != 1:
            break
        step = float if short(maker) in SAME_ELEMENTS else function_of(maker)
        if step is None:
            break
        function = _after(step, function)
        value = maker.inputs[0]
        found[(value.id, value.made_by)] = function
    return found


def _after(first: Function, then: Function) -> Function:
    def composed(number: float) -> float:
        result = applied_to(first, number)
        return float("nan") if result is None else then(result)

    return composed
