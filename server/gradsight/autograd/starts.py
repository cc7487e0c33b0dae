"""Where a graph that never started could have started."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from gradsight.autograd.events import Applied, Created
from gradsight.autograd.graph import Makers, operands
from gradsight.autograd.values import Form, Kind, Known, Value

LOADER = "torch.utils.data.DataLoader"
"""What makes the tensors of a batch; nobody means those to require grad."""
_STOPS = ("detach", "detach_", "data")
_COPIES = ("clone", "contiguous", "cpu", "cuda", "detach", "double", "float", "half", "to")


@dataclass(frozen=True, slots=True)
class Start:
    """A tensor that is no op's differentiable result, and what made it."""

    event: Created | Applied
    """A factory call, or the copy (`x.detach().clone()`) that somebody wants the gradient of."""
    value: Value

    @property
    def explicit(self) -> Known:
        """What was said about requires_grad where it was made; None: nothing."""
        return self.event.explicit if isinstance(self.event, Created) else None


def possible_starts(
    trace: Makers, *roots: Value, is_wanted: Callable[[Value], bool] = lambda _: False
) -> tuple[Start, ...]:
    """The tensors behind `roots` that would get a gradient from there, if only they required grad, nearest first.

    Tensors that did require grad when they were made (and were frozen later) are among them; ways through
    ops that stop gradients, and through stretches without grad mode, are not followed. A copy of a tensor is a
    start of its own where `is_wanted` says that its gradient is asked for.
    """
    found: list[Start] = []
    seen: set[tuple[int, int | None]] = set()
    waiting = list(reversed(roots))
    while waiting:
        value = waiting.pop()
        if (key := (value.id, value.made_by)) in seen or value.form is not Form.TENSOR:
            continue
        seen.add(key)
        maker = trace.maker(value)
        if isinstance(maker, Created):
            if maker.by != LOADER and all(start.event is not maker for start in found):
                found.append(Start(maker, maker.value))
        elif isinstance(maker, Applied) and _is_copy(maker, value) and is_wanted(value):
            found.append(Start(maker, value))
        elif isinstance(maker, Applied) and _passes(maker, value):
            waiting.extend(reversed(list(operands(maker))))
    return tuple(found)


def _is_copy(op: Applied, result: Value) -> bool:
    """Whether the op made a leaf that is another tensor's double."""
    return result.is_leaf is not False and op.op.rpartition(".")[2] in _COPIES


def _passes(op: Applied, result: Value) -> bool:
    """Whether the op would hand gradients on to its inputs."""
    if op.scope is not None or op.cut is not None or op.op.rpartition(".")[2] in _STOPS:
        return False
    return result.kind is None or result.kind.can_require_grad


def meant_starts(starts: Sequence[Start], asked: Iterable[int]) -> tuple[Start, ...]:
    """Those of `starts` that the user must have meant to require grad; () where that cannot be told.

    `asked` are the ids of tensors whose gradient somebody wants. Several answers are all meant.
    """
    wanted = set(asked)
    floats = [start for start in starts if start.value.kind in (None, Kind.FLOAT, Kind.COMPLEX)]
    for candidates in (
        [start for start in starts if start.value.id in wanted],
        [start for start in floats if start.explicit is False],
    ):
        if candidates:
            return tuple(candidates)
    for few in (floats, [start for start in floats if start.value.name], list(starts)):
        if len(few) == 1:
            return tuple(few)
    return ()
