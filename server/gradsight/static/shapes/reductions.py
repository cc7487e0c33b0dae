"""Ops that fold dimensions into one number: sums, extremes, norms, statistics, distances."""

from __future__ import annotations

from typing import Final

from gradsight.static.shapes.arguments import (
    Answer,
    Argument,
    Call,
    Rule,
    Sized,
    Sizes,
    Unknowable,
    integers,
    operand_sizes,
    wrapped,
)
from gradsight.static.shapes.arithmetic import broadcast, known_rank, with_size, without


def folded(shape: Sizes, dim: Argument, keep: bool) -> Sizes:
    """The shape after a reduction over `dim`: an integer, a sequence of them, or None for all."""
    rank = len(shape)
    if dim is None:
        return (1,) * rank if keep else ()
    numbers = integers(dim if isinstance(dim, tuple) else (dim,))
    if not numbers or None in numbers:
        raise Unknowable
    return without(shape, {wrapped(number, rank) for number in numbers if number is not None}, keep)


def _reduce(call: Call, dim: Argument, keep: bool) -> Sizes:
    if dim is None and not keep:
        return ()
    return folded(call.shape(), dim, keep)


def _over_dim(call: Call) -> Sizes:
    return _reduce(call, call.get(1, "dim"), call.truth(2, "keepdim"))


def _over_second(call: Call) -> Sizes:
    """Where something else stands before the dimension: the order of a norm."""
    return _reduce(call, call.get(2, "dim"), call.truth(3, "keepdim"))


def _deviation(call: Call) -> Sizes:
    """`std` and its kin: the flag `unbiased` may take the place of the dimension or follow it."""
    dim = call.get(1, "dim")
    if isinstance(dim, bool):
        return ()
    return _reduce(call, dim, call.truth(3, "keepdim"))


def _twice(call: Call) -> Answer:
    """Values and where they lie."""
    shape = _over_dim(call)
    return shape, shape


def _deviation_and_mean(call: Call) -> Answer:
    shape = _deviation(call)
    return shape, shape


def _least_and_greatest(call: Call) -> Answer:
    shape = _reduce(call, call.get(None, "dim"), call.truth(None, "keepdim"))
    return shape, shape


def _extreme(call: Call) -> Answer:
    """`max(x)`, `max(x, dim)` with indices, or `max(x, other)`."""
    second = call.get(1, "dim", "other")
    if isinstance(second, Sized):
        return broadcast(call.shape(), operand_sizes(second))
    if second is None:
        return ()
    return _twice(call)


def _middle(call: Call) -> Answer:
    return () if call.get(1, "dim") is None else _twice(call)


def _mode(call: Call) -> Answer:
    shape = folded(call.shape(), call.dimension(len(call.shape()), 1, default=-1), call.truth(2, "keepdim"))
    return shape, shape


def _kth(call: Call) -> Answer:
    shape = folded(call.shape(), call.dimension(len(call.shape()), 2, default=-1), call.truth(3, "keepdim"))
    return shape, shape


def _quantile(call: Call) -> Answer:
    chosen = operand_sizes(call.get(1, "q"))
    return known_rank(chosen, 0, 1) + _over_second(call)


def _matrix_norm(call: Call) -> Answer:
    dim = call.get(2, "dim")
    return folded(call.shape(), (-2, -1) if dim is None else dim, call.truth(3, "keepdim"))


def _of_matrix(call: Call) -> Sizes:
    """One number for each matrix."""
    shape = call.shape()
    if len(shape) < 2:
        raise Unknowable
    return shape[:-2]


def _two_of_matrix(call: Call) -> Answer:
    shape = _of_matrix(call)
    return shape, shape


def _scalar(call: Call) -> Answer:
    return ()


def _same_twice(call: Call) -> Answer:
    shape = call.shape()
    return shape, shape


def _top(call: Call) -> Answer:
    shape = call.shape()
    count = call.integer(1, "k")
    if not shape:
        return (), ()
    found = with_size(shape, call.dimension(len(shape), 2, default=-1), count)
    return found, found


def _difference(call: Call) -> Answer:
    shape = call.shape()
    times = call.integer(1, "n", default=1)
    dim = call.dimension(len(shape), 2, default=-1)
    if call.get(3, "prepend") is not None or call.get(4, "append") is not None:
        return with_size(shape, dim, None)
    size = shape[dim] if shape else None
    if size is None or times is None:
        return with_size(shape, dim, None)
    return with_size(shape, dim, max(size - times, 0))


def _distinct(call: Call) -> Answer:
    if any(call.get(None, flag) is not None for flag in ("return_inverse", "return_counts")) or len(call.arguments) > 2:
        raise Unknowable
    dim = call.get(None, "dim")
    if dim is None:
        return (None,)
    shape = call.shape()
    return with_size(shape, call.dimension(len(shape), None), None)


def _distinct_neighbours(call: Call) -> Answer:
    if len(call.arguments) > 1 or call.keywords:
        raise Unknowable
    return (None,)


def _counts(call: Call) -> Answer:
    return (None,)


def _summed_to(call: Call) -> Answer:
    return call.sizes(1)


def _histogram(call: Call) -> Answer:
    return (call.integer(1, "bins", default=100),)


def _similarity(call: Call) -> Answer:
    pair = broadcast(call.shape(0, "x1"), call.shape(1, "x2"))
    return folded(pair, call.dimension(len(pair), 2, default=1), False)


def _pairwise_distance(call: Call) -> Answer:
    pair = broadcast(call.shape(0, "x1"), call.shape(1, "x2"))
    return folded(pair, -1, call.truth(4, "keepdim"))


def _all_distances(call: Call) -> Answer:
    one, other = call.shape(0, "x1"), call.shape(1, "x2")
    if len(one) < 2 or len(other) < 2:
        raise Unknowable
    return (*broadcast(one[:-2], other[:-2]), one[-2], other[-2])


def _own_distances(call: Call) -> Answer:
    count, _ = known_rank(call.shape(), 2)
    return (None if count is None else count * (count - 1) // 2,)


def _covariance(call: Call) -> Answer:
    shape = known_rank(call.shape(), 0, 1, 2)
    if len(shape) < 2 or shape[0] == 1:
        return ()
    if shape[0] is None:
        raise Unknowable
    return shape[0], shape[0]


def _trapezoid(call: Call) -> Answer:
    shape = call.shape(0, "y")
    if call.get(1, "x", "dx") is not None and not isinstance(call.get(1, "x", "dx"), int | float):
        raise Unknowable
    return folded(shape, call.dimension(len(shape), None, default=-1), False)


def _multinomial(call: Call) -> Answer:
    shape = known_rank(call.shape(), 1, 2)
    return (*shape[:-1], call.integer(1, "num_samples"))


_OVER_DIM: Final = """
    all amax amin any argmax argmin count_nonzero logsumexp mean nanmean nansum prod sum special.logsumexp
"""

RULES: Final[dict[str, Rule]] = {
    **dict.fromkeys(_OVER_DIM.split(), _over_dim),
    **dict.fromkeys(("std", "var"), _deviation),
    **dict.fromkeys(("std_mean", "var_mean"), _deviation_and_mean),
    "aminmax": _least_and_greatest,
    **dict.fromkeys(("max", "min"), _extreme),
    **dict.fromkeys(("median", "nanmedian"), _middle),
    "mode": _mode,
    "kthvalue": _kth,
    **dict.fromkeys(("quantile", "nanquantile"), _quantile),
    **dict.fromkeys(("norm", "linalg.norm", "linalg.vector_norm"), _over_second),
    "linalg.matrix_norm": _matrix_norm,
    **dict.fromkeys(["det", "logdet", "linalg.det", "linalg.cond", "linalg.matrix_rank"], _of_matrix),
    **dict.fromkeys(("slogdet", "linalg.slogdet"), _two_of_matrix),
    **dict.fromkeys(("dist", "trace", "nn.utils.clip_grad_norm_", "nn.utils.get_total_norm"), _scalar),
    **dict.fromkeys(("sort", "cummax", "cummin"), _same_twice),
    "topk": _top,
    "diff": _difference,
    "unique": _distinct,
    "unique_consecutive": _distinct_neighbours,
    "bincount": _counts,
    "sum_to_size": _summed_to,
    "histc": _histogram,
    **dict.fromkeys(("cosine_similarity", "nn.functional.cosine_similarity"), _similarity),
    **dict.fromkeys(("pairwise_distance", "nn.functional.pairwise_distance"), _pairwise_distance),
    "cdist": _all_distances,
    **dict.fromkeys(("pdist", "nn.functional.pdist"), _own_distances),
    **dict.fromkeys(("cov", "corrcoef"), _covariance),
    **dict.fromkeys(("trapezoid", "trapz"), _trapezoid),
    "multinomial": _multinomial,
}
