"""What a call is given, as the shape rules see it, and how they read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import EllipsisType
from typing import Final, TypeAlias

from gradsight.autograd.values import Kind, Shape

Sizes: TypeAlias = tuple[int | None, ...]
"""A shape whose rank is known."""

Answer: TypeAlias = Shape | tuple[Shape, ...]
"""One shape, or one for each tensor of a result that consists of several. Only the first of several is looked at
to tell the two apart, so several shapes always begin with one of known rank."""


class Unknowable(Exception):
    """Nothing certain can be said about the result; PyTorch may also refuse the call."""


class Unknown:
    """An argument of which nothing is known; it may even be a tensor."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


class Number:
    """A Python number of which the value is not known."""

    def __repr__(self) -> str:
        return "NUMBER"


NUMBER: Final = Number()


@dataclass(frozen=True, slots=True)
class Sized:
    """A tensor, or an array or list that a tensor became."""

    shape: Shape = None
    kind: Kind | None = None
    """Tells a mask from positions where the tensor is a subscript."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A slice in a subscript; a bound that is written is an integer or UNKNOWN, one left out is None."""

    start: int | Unknown | None = UNKNOWN
    stop: int | Unknown | None = UNKNOWN
    step: int | Unknown | None = UNKNOWN


class Listed(tuple["Argument", ...]):
    """A list, where it matters that it is no tuple: `x[[0, 1]]` picks two rows, `x[0, 1]` one element."""

    __slots__ = ()


MOST: Final = 2**63
"""PyTorch's integers stay below this."""

Argument: TypeAlias = (
    Sized | Unknown | Number | Slice | EllipsisType | int | float | bool | str | tuple["Argument", ...] | None
)

_FIRST: Final = ("input", "self", "tensor", "x", "A", "logits")
_SYNONYMS: Final = {"axis": "dim", "keepdims": "keepdim"}


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of one call. What the readers below cannot be sure of makes them raise Unknowable."""

    arguments: tuple[Argument, ...]
    keywords: Mapping[str, Argument]

    @classmethod
    def of(cls, arguments: tuple[Argument, ...], keywords: Mapping[str, Argument]) -> Call:
        """A call as it was written; NumPy's names of the parameters count as PyTorch's."""
        if not keywords.keys().isdisjoint(_SYNONYMS):
            keywords = {_SYNONYMS.get(name, name): value for name, value in keywords.items()}
        return cls(tuple(arguments), keywords)

    def get(self, index: int | None, *names: str) -> Argument:
        """The argument for the parameter at a position (None: keyword only) or under one of its names."""
        if index is not None and index < len(self.arguments):
            return self.arguments[index]
        for name in names:
            if name in self.keywords:
                return self.keywords[name]
        return None

    def shape(self, index: int | None = 0, *names: str) -> Sizes:
        """The shape of a tensor argument."""
        return tensor_sizes(self.get(index, *(names or _FIRST)))

    def operand(self, index: int | None = 0, *names: str) -> Sizes:
        """The shape of a tensor or number."""
        return operand_sizes(self.get(index, *(names or _FIRST)))

    def integer(self, index: int | None, *names: str, default: int | None = None) -> int | None:
        """An integer, None where its value is unknown. Without a default it has to be given."""
        argument = self.get(index, *names)
        if argument is None and default is not None:
            return default
        return integer(argument)

    def truth(self, index: int | None, *names: str, default: bool = False) -> bool:
        """A flag."""
        argument = self.get(index, *names)
        if argument is None:
            return default
        if not isinstance(argument, bool):
            raise Unknowable
        return argument

    def dimension(self, rank: int, index: int | None, *names: str, default: int | None = None) -> int:
        """A dimension of a tensor of this rank, counted from the front."""
        number = self.integer(index, *(names or ("dim",)), default=default)
        if number is None:
            raise Unknowable
        return wrapped(number, rank)

    def sizes(self, index: int, *names: str) -> Sizes:
        """Sizes given one by one or as one sequence: `f(2, 3)`, `f((2, 3))`, `f(size=(2, 3))`."""
        given = self.arguments[index:]
        if not given:
            return size_list(self.get(None, *(names or ("size",))))
        if len(given) == 1:
            return size_list(given[0])
        return tuple(integer(item) for item in given)


Rule: TypeAlias = Callable[[Call], Answer]


def tensor_sizes(argument: Argument) -> Sizes:
    """The shape of a tensor."""
    if isinstance(argument, Sized) and argument.shape is not None:
        return argument.shape
    raise Unknowable


def operand_sizes(argument: Argument) -> Sizes:
    """The shape of an operand; a Python number counts as a tensor with no dimension."""
    if isinstance(argument, int | float | Number):
        return ()
    return tensor_sizes(argument)


def integer(argument: Argument) -> int | None:
    """The value of an argument that has to be one integer, if known."""
    if isinstance(argument, bool):
        raise Unknowable
    if isinstance(argument, int) and abs(argument) < MOST:
        return argument
    if isinstance(argument, Unknown | Number) or (isinstance(argument, Sized) and argument.shape in ((), (1,))):
        return None
    raise Unknowable


def integers(argument: Argument) -> tuple[int | None, ...]:
    """The values of an argument that has to be a sequence of integers."""
    if isinstance(argument, tuple):
        return tuple(integer(item) for item in argument)
    raise Unknowable


def size_list(argument: Argument) -> tuple[int | None, ...]:
    """The values of an argument that is a sequence of integers or one integer."""
    if isinstance(argument, tuple):
        return integers(argument)
    if isinstance(argument, Unknown):
        raise Unknowable
    return (integer(argument),)


def repeated(argument: Argument, count: int) -> tuple[int | None, ...]:
    """The values of an argument that is one integer for all of `count` dimensions, or one for each."""
    if isinstance(argument, Unknown):
        return (None,) * count
    values = size_list(argument)
    if len(values) == 1:
        return values * count
    if len(values) != count:
        raise Unknowable
    return values


def wrapped(dimension: int, rank: int) -> int:
    """A dimension counted from the front; a tensor without dimensions takes 0 and -1."""
    span = max(rank, 1)
    if not -span <= dimension < span:
        raise Unknowable
    return dimension % span
