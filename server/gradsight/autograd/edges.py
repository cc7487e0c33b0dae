"""Where the slope of an op is infinite or undefined, and what its backward makes of that: measured, as data.

A gradient of exactly zero that arrives at such a point does not stay zero: zero times infinity is NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gradsight.autograd.events import Applied, Constant
from gradsight.autograd.values import Value


@dataclass(frozen=True, slots=True)
class Edge:
    """One function of one argument at the border of where it can be derived."""

    at: tuple[float, ...]
    """Where the slope is infinite (or undefined)."""
    outside: Callable[[float], bool] | None = None
    """Where, besides, a gradient of zero becomes NaN; None: nowhere."""
    words: str = "the slope is infinite"
    at_rest: float = 1.0
    """An argument where nothing is wrong."""


def _negative(number: float) -> bool:
    return number < 0


def _beyond_one(number: float) -> bool:
    return abs(number) > 1


def _within_one(number: float) -> bool:
    return abs(number) < 1


_ROOT = Edge((0.0,), _negative)
_LOG = Edge((0.0,))
_ARC = Edge((-1.0, 1.0), _beyond_one, at_rest=0.0)

EDGES: dict[str, Edge] = {
    "sqrt": _ROOT,
    "rsqrt": Edge((0.0,), _negative),
    "log": _LOG,
    "log2": _LOG,
    "log10": _LOG,
    "log1p": Edge((-1.0,), at_rest=0.0),
    "acos": _ARC,
    "arccos": _ARC,
    "asin": _ARC,
    "arcsin": _ARC,
    "acosh": Edge((1.0,), _within_one, at_rest=2.0),
    "arccosh": Edge((1.0,), _within_one, at_rest=2.0),
    "atanh": Edge((-1.0, 1.0), at_rest=0.0),
    "arctanh": Edge((-1.0, 1.0), at_rest=0.0),
    "reciprocal": Edge((0.0,)),
    "division": Edge((0.0,), words="the result is infinite or NaN"),
    "power": Edge((0.0,), _negative),
    "negative power": Edge((0.0,)),
}
"""By the name of the op; a division is one in its denominator, a power has an exponent below 1 that is no integer."""

SAFE = frozenset(["norm", "vector_norm", "matrix_norm", "cdist", "pdist", "dist", "normalize", "std", "abs", "atan2"])
"""Ops with an edge of the same kind at which PyTorch's backward gives zero (or a finite number) instead."""


def short(event: Applied) -> str:
    """The name of an op without its module and without underscores: `sub` for `torch.Tensor.__sub__`."""
    return event.op.rpartition(".")[2].strip("_")


def constant(event: Applied, *names: str) -> Constant | None:
    """What the op was given under the first of these positions or keywords that it knows."""
    given = dict(event.constants)
    return next((given[name] for name in names if name in given), None)


def edge_of(event: Applied) -> tuple[Edge, Value] | None:
    """The edge that an op has, and the argument that must stay away from it."""
    name = short(event)
    if not event.inputs or event.op.startswith("torch.nn."):
        return None
    if name in ("truediv", "div", "divide", "true_divide"):
        if len(event.inputs) == 2 and constant(event, "rounding_mode") is None:
            return EDGES["division"], event.inputs[1]
        return (EDGES["division"], event.inputs[0]) if constant(event, "0") is not None else None
    if name == "rtruediv":
        return EDGES["division"], event.inputs[0]
    if name == "pow":
        exponent = constant(event, "1", "exponent")
        if not isinstance(exponent, int | float) or len(event.inputs) != 1 or exponent >= 1 or exponent == 0:
            return None
        return EDGES["power" if exponent != int(exponent) else "negative power"], event.inputs[0]
    edge = EDGES.get(name)
    return (edge, event.inputs[0]) if edge is not None and len(event.inputs) == 1 else None


def is_spread_of_one(event: Applied) -> bool:
    """Whether a standard deviation (or variance) is taken of one element: that divides by zero."""
    if short(event) not in ("std", "var") or len(event.inputs) != 1 or event.inputs[0].shape is None:
        return False
    first = constant(event, "1", "dim")
    unbiased = first if isinstance(first, bool) else constant(event, "2", "unbiased")
    if unbiased is False or constant(event, "correction") not in (None, 1):
        return False
    known = {name for name, _ in event.constants}
    if not known <= {"1", "2", "3", "dim", "unbiased", "correction", "keepdim"}:
        return False
    shape = event.inputs[0].shape
    if first is None or isinstance(first, bool):
        return event.inputs[0].elements == 1 and event.outputs[0].shape == ()
    return isinstance(first, int) and -len(shape) <= first < len(shape) and shape[first] == 1
