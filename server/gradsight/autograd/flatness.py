"""Ops that let a gradient through and make it exactly zero: round, floor, sign, a sample drawn by `torch.normal`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from gradsight.autograd import op_facts
from gradsight.autograd.events import Applied, Event, Mutated
from gradsight.autograd.graph import Makers, operands
from gradsight.autograd.op_facts import TENSOR
from gradsight.autograd.values import Value

# `angle` is zero for real numbers alone; what only puts new values into a tensor is no step of a computation.
_NOT_MEANT = ("angle", "fill", "fill_", "bernoulli_", "copy_")


@dataclass(frozen=True, slots=True)
class Live:
    """What a backward from some values reaches with more than zeros."""

    leaves: dict[int, Value]
    flat: tuple[Applied, ...]
    """The ops that stopped the rest, nearest first."""
    complete: bool
    """False where a value of unknown origin lies behind: absence then proves nothing."""


def is_flat(event: Event | None) -> bool:
    """Whether everything behind this op gets a gradient of exact zeros."""
    if not isinstance(event, Applied) or event.cut is not None:
        return False
    return _is_flat(event.op, sum(1 for _ in operands(event)), isinstance(event, Mutated))


@lru_cache(maxsize=1024)
def _is_flat(op: str, given: int, in_place: bool) -> bool:
    name = op.rpartition(".")[2]
    if name in _NOT_MEANT or not op.startswith("torch.") or op_facts.is_module(op):
        return False
    if in_place:
        twin = op_facts.functional_twin(op)
        return twin is not None and _is_flat(twin, given, False)
    found = op_facts.answer(op, [TENSOR] * given)
    if found is None or found.in_place is not None or len(found.outputs) != 1 or not found.zero_derivative:
        return False
    reached = frozenset(found.outputs[0].from_slots)
    return bool(reached) and reached <= found.zero_derivative


def live(trace: Makers, *roots: Value) -> Live:
    """Walks back from `roots` through the graph, and not beyond ops whose derivative is zero."""
    leaves: dict[int, Value] = {}
    flat: list[Applied] = []
    complete = True
    seen: set[tuple[int, int | None]] = set()
    waiting = list(reversed(roots))
    while waiting:
        value = waiting.pop()
        if (key := (value.id, value.made_by)) in seen or value.requires_grad is False:
            continue
        seen.add(key)
        if value.requires_grad and value.is_leaf:
            leaves[value.id] = value
            continue
        maker = trace.maker(value)
        if not isinstance(maker, Applied):
            complete = False
        elif is_flat(maker):
            flat.append(maker)
        elif maker.cut is None:
            waiting.extend(reversed(list(operands(maker))))
    return Live(leaves, tuple(flat), complete)
