"""Ops that rearrange, repeat or drop dimensions."""

from __future__ import annotations

from typing import Final

from gradsight.static.shapes.arguments import (
    Answer,
    Call,
    Rule,
    Sizes,
    Unknowable,
    integers,
    size_list,
    wrapped,
)
from gradsight.static.shapes.arithmetic import agreed_size, product, with_size, without


def reshaped(shape: Sizes | None, target: Sizes) -> Sizes:
    """The sizes after `reshape` to `target`, whose one -1, or one unknown size, follows from the rest."""
    if target.count(-1) > 1 or any(size is not None and size < -1 for size in target):
        raise Unknowable
    open_sizes = [index for index, size in enumerate(target) if size is None or size == -1]
    result = tuple(None if size == -1 else size for size in target)
    count = None if shape is None else product(shape)
    if len(open_sizes) == 1 and count is not None:
        rest = product(size for size in result if size is not None)
        if not rest:
            return result
        if count % rest:
            raise Unknowable
        return with_size(result, open_sizes[0], count // rest)
    return result


def _reshape(call: Call) -> Answer:
    target = call.sizes(1, "size", "shape")
    try:
        shape: Sizes | None = call.shape()
    except Unknowable:
        shape = None
    return reshaped(shape, target)


def _like_other(call: Call) -> Answer:
    return call.shape(1, "other")


def _expand(call: Call) -> Answer:
    target = call.sizes(1, "size")
    try:
        shape = call.shape()
    except Unknowable:
        return tuple(None if size == -1 else size for size in target)
    if len(shape) > len(target):
        raise Unknowable
    added = len(target) - len(shape)
    return tuple(
        _expanded(None if index < added else shape[index - added], size, index < added)
        for index, size in enumerate(target)
    )


def _expanded(old: int | None, new: int | None, added: bool) -> int | None:
    if added:
        return None if new == -1 else new
    if new == -1:
        return old
    return (old if old not in (None, 1) else None) if new is None else new


def flattened(shape: Sizes, start: int, end: int) -> Sizes:
    """The shape with the dimensions from `start` to `end` made one."""
    if not shape:
        return (1,)
    first, last = wrapped(start, len(shape)), wrapped(end, len(shape))
    if first > last:
        raise Unknowable
    return (*shape[:first], product(shape[first : last + 1]), *shape[last + 1 :])


def _flatten(call: Call) -> Answer:
    start, end = call.integer(1, "start_dim", default=0), call.integer(2, "end_dim", default=-1)
    if start is None or end is None:
        raise Unknowable
    try:
        shape = call.shape()
    except Unknowable:
        if (start, end) == (0, -1):
            return (None,)
        raise
    return flattened(shape, start, end)


def unflattened(shape: Sizes, dim: int, sizes: Sizes) -> Sizes:
    """The shape with one dimension made several."""
    return (*shape[:dim], *reshaped((shape[dim],), sizes), *shape[dim + 1 :])


def _unflatten(call: Call) -> Answer:
    shape = call.shape()
    if not shape:
        raise Unknowable
    return unflattened(shape, call.dimension(len(shape), 1), size_list(call.get(2, "sizes", "unflattened_size")))


def _squeeze(call: Call) -> Answer:
    shape, dim = call.shape(), call.get(1, "dim")
    if dim is None:
        gone = set(range(len(shape)))
    else:
        numbers = integers(dim if isinstance(dim, tuple) else (dim,))
        if None in numbers:
            raise Unknowable
        gone = {wrapped(number, len(shape)) for number in numbers if number is not None}
    if any(shape[number] is None for number in gone if shape):
        raise Unknowable
    return without(shape, {number for number in gone if shape and shape[number] == 1})


def _unsqueeze(call: Call) -> Answer:
    shape = call.shape()
    dim = call.dimension(len(shape) + 1, 1)
    return (*shape[:dim], 1, *shape[dim:])


def swapped(shape: Sizes, one: int, other: int) -> Sizes:
    """The shape with two dimensions exchanged."""
    if not shape:
        return shape
    sizes = list(shape)
    sizes[one], sizes[other] = sizes[other], sizes[one]
    return tuple(sizes)


def _transpose(call: Call) -> Answer:
    shape = call.shape()
    one = call.dimension(len(shape), 1, "dim0", "axis0")
    return swapped(shape, one, call.dimension(len(shape), 2, "dim1", "axis1"))


def _t(call: Call) -> Answer:
    shape = call.shape()
    if len(shape) > 2:
        raise Unknowable
    return shape[::-1]


def _reversed(call: Call) -> Answer:
    return call.shape()[::-1]


def _matrix_transposed(call: Call) -> Answer:
    shape = call.shape()
    if len(shape) < 2:
        raise Unknowable
    return swapped(shape, -1, -2)


def _permute(call: Call) -> Answer:
    shape, order = call.shape(), call.sizes(1, "dims")
    if len(order) != len(shape):
        raise Unknowable
    if None in order:
        return (None,) * len(shape)
    places = [wrapped(number, len(shape)) for number in order if number is not None]
    if len(set(places)) != len(places):
        raise Unknowable
    return tuple(shape[place] for place in places)


def _movedim(call: Call) -> Answer:
    shape = call.shape()
    sources, targets = size_list(call.get(1, "source")), size_list(call.get(2, "destination"))
    if None in sources or None in targets or len(sources) != len(targets):
        raise Unknowable
    moved = {
        wrapped(target, len(shape)): wrapped(source, len(shape))
        for source, target in zip(sources, targets, strict=True)
        if source is not None and target is not None
    }
    if len(moved) != len(sources) or len(set(moved.values())) != len(sources) or not shape:
        raise Unknowable
    rest = iter(index for index in range(len(shape)) if index not in moved.values())
    return tuple(shape[moved[place] if place in moved else next(rest)] for place in range(len(shape)))


def _repeat(call: Call) -> Answer:
    shape, times = call.shape(), call.sizes(1, "repeats")
    if len(times) < len(shape):
        raise Unknowable
    return _multiplied((1,) * (len(times) - len(shape)) + shape, times)


def _tile(call: Call) -> Answer:
    shape, times = call.shape(), call.sizes(1, "dims")
    rank = max(len(shape), len(times))
    return _multiplied((1,) * (rank - len(shape)) + shape, (1,) * (rank - len(times)) + times)


def _multiplied(shape: Sizes, times: Sizes) -> Sizes:
    if any(number is not None and number < 0 for number in times):
        raise Unknowable
    return tuple(product(pair) for pair in zip(shape, times, strict=True))


def _repeat_interleave(call: Call) -> Answer:
    times = call.get(1, "repeats")
    count = times if isinstance(times, int) and not isinstance(times, bool) and times >= 0 else None
    if times is None:
        raise Unknowable
    if call.get(2, "dim") is None:
        try:
            return (product((*call.shape(), count)),)
        except Unknowable:
            return (None,)
    shape = call.shape()
    dim = call.dimension(len(shape), 2)
    return with_size(shape, dim, product((shape[dim], count))) if shape else (None,)


def _windows(call: Call) -> Answer:
    """`Tensor.unfold(dimension, size, step)`."""
    shape = call.shape()
    dim = call.dimension(len(shape), 1, "dimension")
    size, step = call.integer(2, "size"), call.integer(3, "step")
    if not shape:
        return (size,)
    length = shape[dim]
    if length is None or size is None or step is None:
        return (*with_size(shape, dim, None), size)
    if step < 1 or size > length:
        raise Unknowable
    return (*with_size(shape, dim, (length - size) // step + 1), size)


def _rotated(call: Call) -> Answer:
    shape, times = call.shape(), call.integer(1, "k", default=1)
    dims = call.get(2, "dims")
    places = integers((0, 1) if dims is None else dims)
    if len(places) != 2 or len(shape) < 2:
        raise Unknowable
    one, other = places
    if times is None or one is None or other is None:
        return (None,) * len(shape)
    one, other = wrapped(one, len(shape)), wrapped(other, len(shape))
    return swapped(shape, one, other) if times % 2 else shape


def _diagonal_length(rows: int | None, columns: int | None, offset: int | None) -> int | None:
    if rows is None or columns is None or offset is None:
        return None
    return max(min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns), 0)


def _diagonal(call: Call) -> Answer:
    shape = call.shape(0, "input", "A")
    return _diagonal_of(shape, call, 1, 0, 1)


def _linalg_diagonal(call: Call) -> Answer:
    return _diagonal_of(call.shape(0, "A"), call, None, -2, -1)


def _diagonal_of(shape: Sizes, call: Call, first: int | None, one: int, other: int) -> Sizes:
    if len(shape) < 2:
        raise Unknowable
    offset = call.integer(first, "offset", default=0)
    rows = call.dimension(len(shape), None if first is None else 2, "dim1", default=one)
    columns = call.dimension(len(shape), None if first is None else 3, "dim2", default=other)
    length = _diagonal_length(shape[rows], shape[columns], offset)
    return (*without(shape, {rows, columns}), length)


def _square(size: int | None, offset: int | None) -> Sizes:
    side = None if size is None or offset is None else size + abs(offset)
    return side, side


def _diag(call: Call) -> Answer:
    shape, offset = call.shape(), call.integer(1, "diagonal", default=0)
    if len(shape) == 1:
        return _square(shape[0], offset)
    if len(shape) == 2:
        return (_diagonal_length(shape[0], shape[1], offset),)
    raise Unknowable


def _diagflat(call: Call) -> Answer:
    return _square(product(call.shape()), call.integer(1, "offset", default=0))


def _diag_embed(call: Call) -> Answer:
    shape, offset = call.shape(), call.integer(1, "offset", default=0)
    if not shape:
        raise Unknowable
    rank = len(shape) + 1
    places = {call.dimension(rank, 2, "dim1", default=-2), call.dimension(rank, 3, "dim2", default=-1)}
    if len(places) != 2:
        raise Unknowable
    side = _square(shape[-1], offset)[0]
    rest = iter(shape[:-1])
    return tuple(side if index in places else next(rest) for index in range(rank))


def _as_strided(call: Call) -> Answer:
    return size_list(call.get(1, "size"))


def _view_as_real(call: Call) -> Answer:
    return (*call.shape(), 2)


def _view_as_complex(call: Call) -> Answer:
    shape = call.shape()
    if not shape:
        raise Unknowable
    agreed_size(shape[-1], 2)
    return shape[:-1]


def _one_hot(call: Call) -> Answer:
    classes = call.get(1, "num_classes")
    known = isinstance(classes, int) and not isinstance(classes, bool) and classes >= 0
    return (*call.shape(0, "tensor"), classes if known and isinstance(classes, int) else None)


RULES: Final[dict[str, Rule]] = {
    **dict.fromkeys(("view", "reshape"), _reshape),
    **dict.fromkeys(("view_as", "reshape_as", "expand_as"), _like_other),
    **dict.fromkeys(("expand", "broadcast_to"), _expand),
    "flatten": _flatten,
    "ravel": _flatten,
    "unflatten": _unflatten,
    "squeeze": _squeeze,
    "unsqueeze": _unsqueeze,
    **dict.fromkeys(("transpose", "swapaxes", "swapdims"), _transpose),
    "t": _t,
    **dict.fromkeys(("T", "H"), _reversed),
    **dict.fromkeys(("mT", "mH", "adjoint"), _matrix_transposed),
    "permute": _permute,
    **dict.fromkeys(("movedim", "moveaxis"), _movedim),
    "repeat": _repeat,
    "tile": _tile,
    "repeat_interleave": _repeat_interleave,
    "unfold": _windows,
    "rot90": _rotated,
    "diagonal": _diagonal,
    "linalg.diagonal": _linalg_diagonal,
    "diag": _diag,
    "diagflat": _diagflat,
    "diag_embed": _diag_embed,
    "as_strided": _as_strided,
    "view_as_real": _view_as_real,
    "view_as_complex": _view_as_complex,
    "nn.functional.one_hot": _one_hot,
}
