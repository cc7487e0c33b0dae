"""Subscripts, and ops that pick elements by number or by mask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from gradsight.autograd.values import Kind
from gradsight.static.shapes.arguments import (
    Answer,
    Argument,
    Call,
    Listed,
    Number,
    Rule,
    Sized,
    Sizes,
    Slice,
    Unknowable,
    Unknown,
)
from gradsight.static.shapes.arithmetic import agreed, broadcast, known_rank, product, with_size
from gradsight.static.shapes.factories import data_sizes


@dataclass(frozen=True, slots=True)
class _NewDimension:
    """None in a subscript."""

    dimensions: int = 0


@dataclass(frozen=True, slots=True)
class _Rest:
    """Ellipsis in a subscript."""

    dimensions: int = 0


@dataclass(frozen=True, slots=True)
class _Number:
    """One position, which takes the dimension away."""

    value: int | None
    dimensions: int = 1


@dataclass(frozen=True, slots=True)
class _Range:
    """A slice."""

    bounds: Slice
    dimensions: int = 1


@dataclass(frozen=True, slots=True)
class _Positions:
    """A tensor of positions: what is picked has its shape."""

    shape: Sizes
    maybe_mask: bool = False
    """Its dtype may be one that PyTorch takes for truth values (uint8 is, too)."""
    dimensions: int = 1


@dataclass(frozen=True, slots=True)
class _Mask:
    """Truth values, one for each element of the dimensions that they cover."""

    shape: Sizes
    count: int | None = None
    """How many are true."""

    @property
    def dimensions(self) -> int:
        return len(self.shape)


_Pick: TypeAlias = _NewDimension | _Rest | _Number | _Range | _Positions | _Mask


def subscripted(shape: Sizes, index: Argument) -> Sizes:
    """What `x[index]` leaves of the shape of `x`."""
    items = index if isinstance(index, tuple) and not isinstance(index, Listed) else (index,)
    picks = [_pick(item) for item in items]
    if not any(isinstance(pick, _Rest) for pick in picks):
        picks.append(_Rest())
    spare = len(shape) - sum(pick.dimensions for pick in picks)
    if spare < 0 or sum(isinstance(pick, _Rest) for pick in picks) > 1:
        raise Unknowable
    # Plain picks come first; then all tensors pick at once from what those have left.
    left: list[int | None] = []
    picked: list[Sizes] = []
    places: list[int] = []
    at = 0
    for pick in picks:
        here = shape[at : at + pick.dimensions]
        match pick:
            case _NewDimension():
                left.append(1)
            case _Rest():
                left.extend(shape[at : at + spare])
                at += spare
            case _Number(value):
                _check_position(value, here[0])
            case _Range(bounds):
                left.append(_length(here[0], bounds))
            case _Positions() | _Mask():
                places.extend(range(len(left) + len(places), len(left) + len(places) + pick.dimensions))
                picked.append(_picked(pick, shape[at:]))
        at += pick.dimensions
    if not picked:
        return tuple(left)
    adjacent = places[-1] - places[0] == len(places) - 1
    front = places[0] if adjacent else 0
    return (*left[:front], *broadcast(*picked), *left[front:])


def _pick(item: Argument) -> _Pick:
    match item:
        case None:
            return _NewDimension()
        case bool():
            raise Unknowable
        case int():
            return _Number(item)
        case Number():
            return _Number(None)
        case Slice():
            return _Range(item)
        case Sized(shape, kind) if shape is not None:
            return _pick_by_tensor(shape, kind)
        case tuple():
            return _pick_by_list(item)
    if item is ...:
        return _Rest()
    raise Unknowable


def _pick_by_tensor(shape: Sizes, kind: Kind | None) -> _Pick:
    if kind is Kind.INTEGER:
        return _Positions(shape, maybe_mask=True) if shape else _Number(None)
    if kind is Kind.BOOLEAN and shape:
        return _Mask(shape)
    if kind is None and len(shape) == 1:
        return _Positions(shape, maybe_mask=True)
    raise Unknowable


def _pick_by_list(items: tuple[Argument, ...]) -> _Pick:
    if items and all(isinstance(item, bool) for item in items):
        return _Mask((len(items),), sum(item is True for item in items))
    if any(isinstance(item, Slice | Sized | str) or item is None or item is ... for item in items):
        raise Unknowable
    sizes = data_sizes(items)
    if not all(_only_integers(item) for item in items):
        raise Unknowable
    return _Positions(sizes)


def _only_integers(item: Argument) -> bool:
    if isinstance(item, tuple):
        return all(_only_integers(part) for part in item)
    return isinstance(item, int) and not isinstance(item, bool)


def _picked(pick: _Positions | _Mask, rest: Sizes) -> Sizes:
    """The shape of what a tensor picks from the dimensions `rest`."""
    if isinstance(pick, _Mask):
        agreed([pick.shape, rest[: len(pick.shape)]])
        return (pick.count,)
    if pick.maybe_mask and _may_cover(pick.shape, rest):
        if len(pick.shape) > 1:
            raise Unknowable
        return (None,)
    return pick.shape


def _may_cover(mask: Sizes, rest: Sizes) -> bool:
    try:
        agreed([mask, rest[: len(mask)]])
    except Unknowable:
        return False
    return True


def _check_position(number: int | None, size: int | None) -> None:
    if number is not None and size is not None and not -size <= number < size:
        raise Unknowable


def _length(size: int | None, bounds: Slice) -> int | None:
    start, stop, step = bounds.start, bounds.stop, bounds.step
    if (start, stop) == (None, None) and step in (None, 1):
        return size
    if isinstance(start, Unknown) or isinstance(stop, Unknown) or isinstance(step, Unknown):
        return None
    if size is None or step == 0:
        return None
    return len(range(size)[slice(start, stop, step)])


def _subscript(call: Call) -> Answer:
    return subscripted(call.shape(), call.get(1))


def _select(call: Call) -> Answer:
    shape = call.shape()
    dim = call.dimension(len(shape), 1)
    if not shape:
        raise Unknowable
    _check_position(call.integer(2, "index"), shape[dim])
    return shape[:dim] + shape[dim + 1 :]


def _narrow(call: Call) -> Answer:
    shape = call.shape()
    return with_size(shape, call.dimension(len(shape), 1), call.integer(3, "length"))


def _index_select(call: Call) -> Answer:
    shape, index = call.shape(), known_rank(call.shape(2, "index"), 0, 1)
    dim = call.dimension(len(shape), 1)
    return with_size(shape, dim, index[0] if index else 1) if shape else ()


def _gather(call: Call) -> Answer:
    return call.shape(2, "index")


def _take(call: Call) -> Answer:
    return call.shape(1, "index")


def _take_along(call: Call) -> Answer:
    index = call.shape(1, "indices")
    if call.get(2, "dim") is None:
        return (product(index),)
    shape = call.shape()
    dim = call.dimension(len(shape), 2)
    if len(shape) != len(index) or not shape:
        raise Unknowable
    return with_size(broadcast(with_size(shape, dim, 1), with_size(index, dim, 1)), dim, index[dim])


def _masked_select(call: Call) -> Answer:
    return (None,)


def _nonzero(call: Call) -> Answer:
    if call.truth(None, "as_tuple"):
        raise Unknowable
    return None, len(call.shape())


def _embedding(call: Call) -> Answer:
    return (*call.shape(), known_rank(call.shape(1, "weight"), 2)[1])


def _embedding_of_torch(call: Call) -> Answer:
    return (*call.shape(1, "indices"), known_rank(call.shape(0, "weight"), 2)[1])


def _embedding_bag(call: Call) -> Answer:
    shape, weight = call.shape(), known_rank(call.shape(1, "weight"), 2)
    if len(shape) == 2:
        return shape[0], weight[1]
    (count,) = known_rank(call.shape(2, "offsets"), 1)
    if call.get(9, "include_last_offset") not in (None, False):
        count = None
    return count, weight[1]


def _searched(call: Call) -> Answer:
    return call.operand(1, "input", "self")


def _bucketized(call: Call) -> Answer:
    return call.operand(0)


RULES: Final[dict[str, Rule]] = {
    "__getitem__": _subscript,
    **dict.fromkeys(("select", "select_copy"), _select),
    "narrow": _narrow,
    "index_select": _index_select,
    "gather": _gather,
    "take": _take,
    "take_along_dim": _take_along,
    "masked_select": _masked_select,
    **dict.fromkeys(("nonzero", "argwhere"), _nonzero),
    "nn.functional.embedding": _embedding,
    "embedding": _embedding_of_torch,
    "nn.functional.embedding_bag": _embedding_bag,
    "searchsorted": _searched,
    "bucketize": _bucketized,
}
