"""Ops that make one tensor of several, or several of one."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from math import comb
from typing import Final

from gradsight.static.shapes.arguments import (
    Answer,
    Argument,
    Call,
    Rule,
    Sized,
    Sizes,
    Unknowable,
    Unknown,
    integers,
    tensor_sizes,
    wrapped,
)
from gradsight.static.shapes.arithmetic import agreed, broadcast, known_rank, product, total, with_size, without

_MOST_PARTS: Final = 64
"""A longer tuple of parts serves nobody."""


def _tensors(call: Call) -> tuple[Argument, ...]:
    """The tensors that are given as one sequence."""
    given = call.get(0, "tensors")
    if not isinstance(given, tuple) or not given or not all(isinstance(item, Sized | Unknown) for item in given):
        raise Unknowable
    return given


def _spread(call: Call) -> tuple[Argument, ...]:
    """The tensors that are given one by one, or as one sequence."""
    if len(call.arguments) == 1 and isinstance(call.arguments[0], tuple):
        return call.arguments[0]
    return call.arguments


def _known(tensors: tuple[Argument, ...]) -> list[Sizes]:
    return [item.shape for item in tensors if isinstance(item, Sized) and item.shape is not None]


def joined(shapes: list[Sizes], complete: bool, dim: int) -> Sizes:
    """The shape of tensors put one behind the other; not `complete`: there are more, of unknown shape."""
    # A vector of no element is left out by PyTorch, whatever the shape of the others.
    sure = [shape for shape in shapes if len(shape) != 1 or (shape[0] is not None and shape[0] > 0)]
    if not sure:
        if complete and all(len(shape) == 1 for shape in shapes) and shapes:
            return (total(shape[0] for shape in shapes),)
        raise Unknowable
    rank = len(sure[0])
    if not rank:
        raise Unknowable
    place = wrapped(dim, rank)
    common = agreed([with_size(shape, place, None) for shape in sure])
    parts = [shape[place] for shape in shapes if len(shape) == rank]
    return with_size(common, place, total(parts) if complete else None)


def _cat(call: Call) -> Answer:
    tensors = _tensors(call)
    shapes = _known(tensors)
    dim = call.integer(1, "dim", default=0)
    if dim is None:
        raise Unknowable
    return joined(shapes, len(shapes) == len(tensors), dim)


def _stack(call: Call) -> Answer:
    tensors = _tensors(call)
    shape = agreed(_known(tensors))
    dim = call.dimension(len(shape) + 1, 1, default=0)
    return (*shape[:dim], len(tensors), *shape[dim:])


def _at_least(shape: Sizes, rank: int) -> Sizes:
    """`atleast_1d`, `atleast_2d` and `atleast_3d`."""
    if len(shape) >= rank:
        return shape
    if rank == 1:
        return (1,)
    if rank == 2:
        return (1, *(shape or (1,)))
    return (1, *(shape or (1,)), 1) if len(shape) < 2 else (*shape, 1)


def _stacked(call: Call, rank: int, dim: int | None) -> Answer:
    shapes = [_at_least(tensor_sizes(item), rank) for item in _tensors(call)]
    if dim is None:
        dim = 0 if len(shapes[0]) == 1 else 1
    return joined(shapes, True, dim)


def _column_stack(call: Call) -> Answer:
    shapes = [tensor_sizes(item) for item in _tensors(call)]
    return joined([(*(shape or (1,)), 1) if len(shape) < 2 else shape for shape in shapes], True, 1)


def _at_least_ranked(call: Call, rank: int) -> Answer:
    if len(call.arguments) == 1 and isinstance(call.arguments[0], Sized):
        return _at_least(call.shape(), rank)
    return several([_at_least(tensor_sizes(item), rank) for item in _spread(call)])


def several(shapes: Sequence[Sizes]) -> Answer:
    """The shapes of several tensors."""
    if not shapes or len(shapes) > _MOST_PARTS:
        raise Unknowable
    return tuple(shapes)


def _parts(shape: Sizes, dim: int, sizes: Sequence[int | None]) -> Answer:
    return several([with_size(shape, dim, size) for size in sizes])


def _pieces(length: int | None, size: int | None) -> Sequence[int | None]:
    """The sizes of what `split` cuts a length into."""
    if length is None or size is None or size < 1 or length > size * _MOST_PARTS:
        raise Unknowable
    full, rest = divmod(length, size)
    return [size] * full + ([rest] if rest or not full else [])


def _split(call: Call) -> Answer:
    shape, given = call.shape(0, "tensor", "input"), call.get(1, "split_size_or_sections", "split_size")
    dim = call.dimension(len(shape), 2, default=0)
    if not shape:
        raise Unknowable
    if isinstance(given, tuple):
        return _parts(shape, dim, list(integers(given)))
    return _parts(shape, dim, _pieces(shape[dim], call.integer(1, "split_size_or_sections", "split_size")))


def _chunk(call: Call) -> Answer:
    shape, count = call.shape(), call.integer(1, "chunks")
    dim = call.dimension(len(shape), 2, default=0)
    length = shape[dim] if shape else None
    if length is None or count is None or count < 1 or count > _MOST_PARTS or not length:
        raise Unknowable
    return _parts(shape, dim, _pieces(length, -(-length // count)))


def _unbind(call: Call) -> Answer:
    shape = call.shape()
    dim = call.dimension(len(shape), 1, default=0)
    count = shape[dim] if shape else None
    if count is None or count > _MOST_PARTS:
        raise Unknowable
    return several([without(shape, {dim})] * count)


def _tensor_split(call: Call, dim: int | None) -> Answer:
    shape = call.shape()
    if dim is None:
        dim = call.dimension(len(shape), 2, default=0)
    where = call.get(1, "indices_or_sections", "sections", "indices")
    if dim >= len(shape):
        raise Unknowable
    length = shape[dim]
    if isinstance(where, tuple):
        cuts = integers(where)
        if length is None or any(cut is None for cut in cuts):
            return _parts(shape, dim, [None] * (len(cuts) + 1))
        bounds = [0, *(min(cut + length if cut < 0 else cut, length) for cut in cuts if cut is not None), length]
        sizes = [max(end - start, 0) for start, end in itertools.pairwise(bounds)]
        return _parts(shape, dim, list(sizes))
    count = call.integer(1, "indices_or_sections", "sections")
    if count is None or not 0 < count <= _MOST_PARTS:
        raise Unknowable
    if length is None:
        return _parts(shape, dim, [None] * count)
    size, longer = divmod(length, count)
    return _parts(shape, dim, [size + 1] * longer + [size] * (count - longer))


def _hsplit(call: Call) -> Answer:
    return _tensor_split(call, 0 if len(call.shape()) == 1 else 1)


def _meshgrid(call: Call) -> Answer:
    indexing = call.get(None, "indexing")
    if indexing not in (None, "ij", "xy"):
        raise Unknowable
    sizes = [(known_rank(tensor_sizes(item), 0, 1) or (1,))[0] for item in _spread(call)]
    if indexing == "xy" and len(sizes) > 1:
        sizes[:2] = sizes[1::-1]
    return several([tuple(sizes)] * len(sizes))


def _broadcast_tensors(call: Call) -> Answer:
    shapes = [tensor_sizes(item) for item in _spread(call)]
    return several([broadcast(*shapes)] * len(shapes))


def _block_diagonal(call: Call) -> Answer:
    blocks = [_at_least(known_rank(tensor_sizes(item), 0, 1, 2), 2) for item in _spread(call)]
    return total(block[0] for block in blocks), total(block[1] for block in blocks)


def _cartesian(call: Call) -> Answer:
    sizes = [known_rank(tensor_sizes(item), 1)[0] for item in _spread(call)]
    return (sizes[0],) if len(sizes) == 1 else (product(sizes), len(sizes))


def _combinations(call: Call) -> Answer:
    (count,), chosen = known_rank(call.shape(), 1), call.integer(1, "r", default=2)
    if chosen is None or chosen < 1:
        raise Unknowable
    repeats = call.truth(2, "with_replacement")
    if count is None or chosen > _MOST_PARTS:
        return None, chosen
    rows = comb(count + chosen - 1 if repeats and count else count, chosen)
    return rows, chosen


RULES: Final[dict[str, Rule]] = {
    **dict.fromkeys(("cat", "concat", "concatenate"), _cat),
    "stack": _stack,
    "hstack": lambda call: _stacked(call, 1, None),
    **dict.fromkeys(("vstack", "row_stack"), lambda call: _stacked(call, 2, 0)),
    "dstack": lambda call: _stacked(call, 3, 2),
    "column_stack": _column_stack,
    "atleast_1d": lambda call: _at_least_ranked(call, 1),
    "atleast_2d": lambda call: _at_least_ranked(call, 2),
    "atleast_3d": lambda call: _at_least_ranked(call, 3),
    **dict.fromkeys(("split", "split_with_sizes", "unsafe_split"), _split),
    **dict.fromkeys(("chunk", "unsafe_chunk"), _chunk),
    "unbind": _unbind,
    "tensor_split": lambda call: _tensor_split(call, None),
    "hsplit": _hsplit,
    "vsplit": lambda call: _tensor_split(call, 0),
    "dsplit": lambda call: _tensor_split(call, 2),
    "meshgrid": _meshgrid,
    "broadcast_tensors": _broadcast_tensors,
    "block_diag": _block_diagonal,
    "cartesian_prod": _cartesian,
    "combinations": _combinations,
}
