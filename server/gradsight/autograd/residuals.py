"""Gradients of first order that are added to what is trained, as the residual of a differential equation is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gradsight.autograd.cuts import Origins
from gradsight.autograd.events import Applied, BackwardCalled, Cut, Trace
from gradsight.autograd.graph import operands
from gradsight.autograd.terms import is_linear
from gradsight.autograd.training import Backwards, Training
from gradsight.autograd.values import Value

_ADDING = frozenset(["add", "sub", "rsub", "subtract", "mse_loss", "l1_loss", "smooth_l1_loss", "MSELoss", "L1Loss"])


@dataclass(frozen=True, slots=True)
class Residual:
    """A gradient that is a constant to a backward, next to something that is not."""

    gradient: Applied
    """The call of `autograd.grad`."""
    sum: Applied
    """Where it meets what requires grad."""
    call: BackwardCalled


def residuals(trace: Trace, backwards: Backwards, training: Training, origins: Origins) -> Iterator[Residual]:
    """Sums and differences of such a gradient with something that is trained, in what a backward goes through.

    A step along the gradient (`x - rate * g`, for the `x` that it belongs to) is none: it is meant to be of first
    order as long as nobody says otherwise.
    """
    for call, graph in backwards:
        if call.api != "backward" or not any(cut.cut is Cut.FIRST_ORDER for cut in graph.cuts):
            continue
        for node in graph.nodes:
            if node.op.rpartition(".")[2].strip("_") not in _ADDING:
                continue
            parts = list(operands(node))
            for part in parts:
                gradient = _gradient(trace, part)
                if gradient is None or not training.stepped.intersection(origins(*gradient.inputs)):
                    continue
                of = gradient.inputs[-1]
                others = [other for other in parts if other is not part]
                if any(other.requires_grad and not _is_moved(trace, other, of) for other in others):
                    yield Residual(gradient, node, call)


def _gradient(trace: Trace, value: Value) -> Applied | None:
    """The call that gave the gradient of which `value` is a multiple, a part or a sum."""
    waiting, seen = [value], set[int]()
    while waiting:
        maker = trace.maker(waiting.pop())
        if not isinstance(maker, Applied) or maker.id in seen:
            continue
        seen.add(maker.id)
        if maker.cut is Cut.FIRST_ORDER:
            return maker
        if maker.cut is None and is_linear(maker) and maker.op != "join":
            waiting.extend(operands(maker))
    return None


def _is_moved(trace: Trace, value: Value, of: Value) -> bool:
    """Whether a value is the one that the gradient belongs to, or a multiple or a moved copy of it."""
    waiting, seen = [value], set[int]()
    while waiting:
        current = waiting.pop()
        if current.id == of.id or (current.storage is not None and current.storage == of.storage):
            return True
        maker = trace.maker(current)
        if isinstance(maker, Applied) and maker.id not in seen and is_linear(maker):
            seen.add(maker.id)
            waiting.extend(operands(maker))
    return False
