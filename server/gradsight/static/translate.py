"""Abstract objects as the op facts and the table of shapes see the arguments of a call, and the tensors in them."""

from __future__ import annotations

from collections.abc import Iterable

from gradsight.autograd.events import Constant
from gradsight.autograd.op_facts_types import ArgKind, Form, literal
from gradsight.autograd.values import Form as ValueForm
from gradsight.autograd.values import Value
from gradsight.static import dtypes, shapes
from gradsight.static.objects import (
    Arguments,
    Const,
    Dotted,
    Instance,
    Iterator,
    Left,
    List,
    Method,
    Object,
    Range,
    Ref,
    Scalar,
    Slice,
    Tensor,
    Tuple,
    Unknown,
)
from gradsight.static.walker import Walker


def kind_of(w: Walker, item: Object) -> ArgKind:
    """An abstract object as the op facts see an argument."""
    match item:
        case Tensor():
            return ArgKind(Form.TENSOR, w.state.value(item).kind)
        case Const(value):
            return literal(value)
        case Scalar("number"):
            return ArgKind(Form.NUMBER)
        case Scalar("bool"):
            return ArgKind(Form.BOOL)
        case Scalar("str"):
            return ArgKind(Form.STRING)
        case Left(value):
            return ArgKind(Form.NUMBER) if value.form is ValueForm.NUMBER else ArgKind(Form.UNKNOWN)
        case Dotted(name) if (kind := dtypes.kind_of_dtype(name)) is not None:
            return ArgKind(Form.DTYPE, kind)
        case Slice() | Range():
            return ArgKind(Form.OTHER)
        case Unknown():
            return ArgKind(Form.UNKNOWN)
    sequence = sequence_items(w, item)
    if sequence is None:
        return ArgKind(Form.UNKNOWN)
    if sequence and all(isinstance(part, Tensor) for part in sequence):
        kinds = {w.state.value(part).kind for part in sequence if isinstance(part, Tensor)}
        return ArgKind(Form.TENSORS, kinds.pop() if len(kinds) == 1 else None)
    if any(isinstance(part, Tensor | Unknown) for part in sequence):
        return ArgKind(Form.UNKNOWN)
    return ArgKind(Form.OTHER)


_WITHOUT_TENSORS = frozenset(["torch", "math", "numpy", "np", "builtins", "sys", "time", "string"])
"""Libraries none of whose constants is a tensor."""


def sequence_items(w: Walker, item: Object) -> tuple[Object, ...] | None:
    """The items of a tuple or list, what else it may hold included; None if it is neither."""
    if isinstance(item, Tuple):
        return item.items
    if isinstance(item, Iterator):
        return item.items + ((item.rest,) if item.rest is not None else ())
    found = w.deref(item, List)
    if found is None:
        return None
    return found.items + ((found.rest,) if found.rest is not None else ())


def values_in(w: Walker, item: Object) -> Iterable[Value]:
    """The tensors (and what became of tensors) in an argument, as values; an unknown thing is an unknown value."""
    match item:
        case Tensor():
            yield w.state.value(item)
        case Left(value):
            yield value
        case Unknown() | Method():  # what looks like a method of an unknown thing may be its attribute
            yield w.new_value(requires_grad=None)
        case Dotted(name) if "." in name and name.partition(".")[0] not in _WITHOUT_TENSORS:
            yield w.new_value(requires_grad=None)
        case Ref() if w.deref(item, Instance) is not None:
            yield w.new_value(requires_grad=None)
        case _:
            for part in sequence_items(w, item) or ():
                yield from values_in(w, part)


def constants(arguments: Arguments, subscript: bool = False) -> tuple[tuple[str, Constant], ...]:
    """The arguments that are known and no tensors, by position or keyword; 1 is a subscript where the op has one."""
    found = [(str(index), _constant(item)) for index, item in enumerate(arguments.positional)]
    if subscript and len(found) > 1:
        index = arguments.positional[1]
        found[1] = ("1", tuple(_part(part) for part in (index.items if isinstance(index, Tuple) else (index,))))
    found += [(name, _constant(item)) for name, item in arguments.keywords.items()]
    return tuple((name, value) for name, value in found if value is not None)


def _constant(item: Object) -> Constant | None:
    return item.value if isinstance(item, Const) and isinstance(item.value, int | float | str) else None


def _part(item: Object) -> str:
    """One part of a subscript as a text."""
    if isinstance(item, Const):
        return "..." if item.value is ... else repr(item.value)
    return ":" if item == Slice(Const(None), Const(None), Const(None)) else "?"


def shape_argument(w: Walker, item: Object) -> shapes.Argument:
    """An abstract object as the table of shapes sees an argument."""
    match item:
        case Tensor():
            value = w.state.value(item)
            return shapes.Sized(value.shape, value.kind)
        case Const(constant) if constant is None or constant is ... or isinstance(constant, int | float | bool | str):
            return constant
        case Slice():
            return shapes.Slice(*(_bound(part) for part in (item.start, item.stop, item.step)))
        case Scalar("number"):
            return shapes.NUMBER
        case Left(left) if left.form is ValueForm.NUMBER and left.shape == ():
            return shapes.NUMBER
    if isinstance(item, Tuple):
        return tuple(shape_argument(w, part) for part in item.items)
    found = w.deref(item, List)
    if found is not None and found.rest is None:
        return shapes.Listed(shape_argument(w, part) for part in found.items)
    return shapes.UNKNOWN


def _bound(item: Object) -> int | shapes.Unknown | None:
    value = item.value if isinstance(item, Const) else ...
    return value if value is None or isinstance(value, int) else shapes.UNKNOWN
