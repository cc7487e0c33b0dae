"""The additive parts of a loss, and those of them that are constants to its backward.

Only sums of one-element values are taken apart, from the root of a backward on: what is added there has no other use
than its gradient. Factors, targets and statistics are not parts in this sense, however they were computed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gradsight.autograd.events import Applied, Event, Mutated
from gradsight.autograd.graph import Makers, flow, operands
from gradsight.autograd.values import Form, Value

_SUMS = frozenset(["add", "__add__", "__radd__", "__iadd__", "add_"])
_DIFFERENCES = frozenset(["sub", "__sub__", "__isub__", "sub_", "subtract"])
_REVERSED = frozenset(["rsub", "__rsub__"])
_NEGATIONS = frozenset(["neg", "__neg__", "negative"])
_SCALINGS = frozenset(
    ["mul", "__mul__", "__rmul__", "__imul__", "mul_", "multiply", "div", "__truediv__", "__itruediv__", "div_",
     "divide"]
)  # fmt: skip
_SAME_ELEMENT = frozenset(
    ["squeeze", "reshape", "view", "flatten", "to", "float", "double", "half", "bfloat16", "cuda", "cpu", "clone",
     "contiguous", "unsqueeze", "type", "type_as", "__pos__", "positive"]
)  # fmt: skip
_REDUCTIONS = frozenset(["sum", "mean"])
_COLLECTIONS = frozenset(["stack", "cat", "concat", "hstack"])
_LINEAR = (
    _SUMS | _DIFFERENCES | _REVERSED | _NEGATIONS | _SCALINGS | _SAME_ELEMENT | _REDUCTIONS | _COLLECTIONS
    | frozenset(["join", "detach", "detach_", "data", "item", "tolist", "numpy", "__getitem__", "permute", "transpose",
                 "expand", "chunk", "split", "unbind", "T", "t", "expand_as", "__float__", "select", "narrow"])
)  # fmt: skip
_MOST_PARTS = 200


@dataclass(frozen=True, slots=True)
class Part:
    """One summand of a root."""

    value: Value
    added: bool
    """False where it is subtracted."""


def parts(trace: Makers, root: Value) -> Iterator[Part]:
    """What a one-element root is the sum of, factors that do not depend on a graph taken away."""
    waiting = [Part(root, True)]
    seen: set[tuple[int, int | None]] = set()
    while waiting and len(seen) < _MOST_PARTS:
        part = waiting.pop()
        if (key := (part.value.id, part.value.made_by)) in seen:
            continue
        seen.add(key)
        further = _taken_apart(trace, part)
        if further is None:
            yield part
        else:
            waiting.extend(reversed(further))


def _taken_apart(trace: Makers, part: Part) -> list[Part] | None:
    maker = trace.maker(part.value)
    if not isinstance(maker, Applied) or maker.cut is not None:
        return None
    name, inputs = maker.op.rpartition(".")[2], list(operands(maker))
    if name in _SUMS or name == "join":
        return [Part(value, part.added) for value in inputs] or None
    if name in _DIFFERENCES or name in _REVERSED:
        signs = [part.added, not part.added]
        if name in _REVERSED:
            signs.reverse()
        return [Part(value, sign) for value, sign in zip(inputs, signs, strict=False)] or None
    if name in _NEGATIONS and len(inputs) == 1:
        return [Part(inputs[0], not part.added)]
    if name in _SCALINGS:
        tracked = [value for value in inputs if value.requires_grad is not False]
        scaled = tracked or [value for value in inputs if value.form is Form.TENSOR] or inputs
        divided = "div" in name and scaled and scaled[0] is not inputs[0]
        return [Part(scaled[0], part.added)] if len(scaled) == 1 and not divided else None
    if name in _SAME_ELEMENT and len(inputs) == 1:
        return [Part(inputs[0], part.added)]
    if name in _REDUCTIONS and len(inputs) == 1:
        return _of_collection(trace, part, inputs[0])
    return None


def _of_collection(trace: Makers, part: Part, reduced: Value) -> list[Part] | None:
    """`torch.stack(losses).sum()`: the losses, where each has one element."""
    maker = trace.maker(reduced)
    if isinstance(maker, Applied) and maker.cut is None and maker.op.rpartition(".")[2] in _COLLECTIONS:
        collected = list(operands(maker))
        return [Part(value, part.added) for value in collected] if all(v.elements == 1 for v in collected) else None
    return [Part(reduced, part.added)] if reduced.elements == 1 else None


def is_worked_on(trace: Makers, cut: Event, value: Value, *, itself: bool) -> bool:
    """Whether something that is not linear stands between a cut and the value, so that it is no mere copy of a result;
    `itself`: or is the cut."""
    way = flow(trace, cut, value)
    return any(not is_linear(event) for event in (way if itself else way[1:]))


def is_linear(event: Event) -> bool:
    """Whether an event adds, scales, moves or converts what it is given, and no more."""
    return not isinstance(event, Applied) or isinstance(event, Mutated) or event.op.rpartition(".")[2] in _LINEAR
