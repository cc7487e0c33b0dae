"""Arithmetic on sizes of which some are unknown."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gradsight.static.shapes.arguments import Sizes, Unknowable


def broadcast(*shapes: Sizes) -> Sizes:
    """The shape of an elementwise result."""
    rank = max(map(len, shapes), default=0)
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    return tuple(_broadcast_sizes(sizes) for sizes in zip(*padded, strict=True))


def _broadcast_sizes(sizes: Iterable[int | None]) -> int | None:
    wide: int | None = 1
    unknown = False
    for size in sizes:
        if size is None:
            unknown = True
        elif size != 1:
            if wide not in (1, size):
                raise Unknowable
            wide = size
    return None if unknown and wide == 1 else wide


def agreed(shapes: Iterable[Sizes]) -> Sizes:
    """The one shape that all these shapes have to be."""
    result: Sizes | None = None
    for shape in shapes:
        if result is None:
            result = shape
        elif len(shape) != len(result):
            raise Unknowable
        else:
            result = tuple(map(agreed_size, result, shape))
    if result is None:
        raise Unknowable
    return result


def agreed_size(one: int | None, other: int | None) -> int | None:
    """The size that both have to be."""
    if one is None or other is None or one == other:
        return other if one is None else one
    raise Unknowable


def product(sizes: Iterable[int | None]) -> int | None:
    """How many elements; None if a size is unknown."""
    result = 1
    for size in sizes:
        if size is None:
            return None
        result *= size
    return result


def total(sizes: Iterable[int | None]) -> int | None:
    """The sum; None if a size is unknown."""
    result = 0
    for size in sizes:
        if size is None:
            return None
        result += size
    return result


def without(shape: Sizes, dimensions: Collection[int], keep: bool = False) -> Sizes:
    """The shape after dimensions were reduced, kept with size one if `keep`."""
    if keep:
        return tuple(1 if index in dimensions else size for index, size in enumerate(shape))
    return tuple(size for index, size in enumerate(shape) if index not in dimensions)


def with_size(shape: Sizes, dimension: int, size: int | None) -> Sizes:
    """The shape with another size in one dimension."""
    if not 0 <= dimension < len(shape) or (size is not None and size < 0):
        raise Unknowable
    return (*shape[:dimension], size, *shape[dimension + 1 :])


def known_rank(shape: Sizes, *ranks: int) -> Sizes:
    """The shape, if it has one of these ranks."""
    if len(shape) not in ranks:
        raise Unknowable
    return shape
