"""Ops that fold dimensions into one number: sums, extremes, norms, statistics."""

from __future__ import annotations

from typing import Final

from gradsight.static.shapes.arguments import Answer, Argument, Call, Rule, Sized, Sizes, Unknowable, integers, wrapped
from gradsight.static.shapes.arithmetic import broadcast, with_size, without


def _folded(shape: Sizes, dim: Argument, keep: bool) -> Sizes:
    """The shape after a reduction over `dim`: an integer, a sequence, or None for all."""
    rank = len(shape)
    if dim is None:
        return (1,) * rank if keep else ()
    numbers = integers(dim if isinstance(dim, tuple) else (dim,))
    if not numbers or None in numbers:
        raise Unknowable
    return without(shape, {wrapped(number, rank) for number in numbers if number is not None}, keep)


def _reduce(call: Call, dim: int | None, keep: int | None) -> Sizes:
    folded = call.get(dim, "dim")
    keeps = call.truth(keep, "keepdim")
    if folded is None and not keeps:
        return ()
    return _folded(call.shape(), folded, keeps)


def _sum(call: Call) -> Answer:
    return _reduce(call, 1, 2)


def _scalar(call: Call) -> Answer:
    return ()


RULES: Final[dict[str, Rule]] = {
    **dict.fromkeys(
        "sum nansum mean nanmean prod amax amin any all argmax argmin logsumexp".split(),
        _sum,
    ),
}
_ = (Sized, broadcast, with_size)
