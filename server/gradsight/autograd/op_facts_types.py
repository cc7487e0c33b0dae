"""The questions that can be asked of the op facts, and the form of the answers.

Slots
    A slot names one tensor of a call, in the caller's own terms:

    ========================  ===============================================================
    ``in:1``                  the positional argument 1 (``self`` of a method is ``in:0``)
    ``in:weight``             the argument passed by keyword ``weight``
    ``out:0``                 output 0, as numbered in ``OpAnswer.returns``
    ``param:weight``          a parameter of the module that is called
    ``buffer:running_mean``   a buffer of the module that is called
    ``hidden``                something that only the graph holds: nobody can modify it, but a
                              second ``backward()`` raises because the first one freed it
    ========================  ===============================================================

    An argument that is a sequence of tensors (``torch.cat([a, b])``) is one slot: what is said of
    it is said of its tensors.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from gradsight.autograd.values import Kind, Known

Slot: TypeAlias = str

Returns: TypeAlias = int | tuple["Returns", ...] | None
"""What a call gives back: an output number, a tuple of such, or None for a value that is no tensor."""

HIDDEN: Slot = "hidden"


class Form(Enum):
    """What is known of an argument's type."""

    TENSOR = "tensor"
    TENSORS = "tensors"
    """A list or tuple of tensors, or of such lists."""
    NUMBER = "number"
    """A Python int or float (not a bool); `ArgKind.value` holds it if it is a literal."""
    BOOL = "bool"
    STRING = "string"
    NONE = "none"
    DTYPE = "dtype"
    """A `torch.dtype`; its kind stands in `ArgKind.dtype`."""
    INDEX = "index"
    """A slice, an Ellipsis, or a tuple of these, ints and None: a subscript that always gives a view."""
    OTHER = "other"
    """Certainly none of the above: a device, a tuple or list of ints, a generator, a function..."""
    UNKNOWN = "unknown"
    """It may be anything, a tensor included."""


class _NoValue(Enum):
    NO_VALUE = "no literal value"


NO_VALUE = _NoValue.NO_VALUE


@dataclass(frozen=True, slots=True)
class ArgKind:
    """What is known of one argument of a call."""

    form: Form
    dtype: Kind | None = None
    """Of a tensor (or of all tensors of a sequence), or which dtype this is; None: not known."""
    value: Hashable = NO_VALUE
    """The literal value of a number, bool or string; `NO_VALUE`: not known."""


TENSOR = ArgKind(Form.TENSOR, Kind.FLOAT)
"""A floating point tensor: the usual case."""
TENSOR_OF_ANY_DTYPE = ArgKind(Form.TENSOR)
INT_TENSOR = ArgKind(Form.TENSOR, Kind.INTEGER)
BOOL_TENSOR = ArgKind(Form.TENSOR, Kind.BOOLEAN)
TENSORS = ArgKind(Form.TENSORS, Kind.FLOAT)
NUMBER = ArgKind(Form.NUMBER)
INDEX = ArgKind(Form.INDEX)
OTHER = ArgKind(Form.OTHER)
UNKNOWN = ArgKind(Form.UNKNOWN)


def literal(value: object) -> ArgKind:
    """The kind of an argument that is written as a literal in the call.

    ``None``, a bool, a number and a string keep their value; anything else is `OTHER`.
    """
    if value is None:
        return ArgKind(Form.NONE)
    if isinstance(value, bool):
        return ArgKind(Form.BOOL, value=value)
    if isinstance(value, int | float):
        return ArgKind(Form.NUMBER, value=value)
    if isinstance(value, str):
        return ArgKind(Form.STRING, value=value)
    return OTHER


@dataclass(frozen=True, slots=True)
class Construction:
    """How the called module was built, and in which mode it is called."""

    arguments: tuple[ArgKind, ...] = ()
    """The constructor's positional arguments, without ``self``."""
    keywords: tuple[tuple[str, ArgKind], ...] = ()
    training: Known = None
    """``module.training`` at the call; a module is born with True."""


class Alias(Enum):
    """How an output relates to the memory of the input `Output.alias_of`."""

    NEW = "new"
    """Memory of its own."""
    VIEW = "view"
    """Another tensor object over the same memory and version counter."""
    SAME = "same"
    """The input object itself."""
    MAYBE = "maybe"
    """New, a view or the object itself: it depends on layout, shape, dtype or an argument not known."""
    UNTRACKED = "untracked"
    """The same memory under a version counter of its own: a write is not noticed (``.data``)."""


@dataclass(frozen=True, slots=True)
class Output:
    """One tensor that a call gives back, or each tensor of the sequence it gives back."""

    differentiable: Known
    """True: requires grad if a tensor of `from_slots` does (and grad mode is on). False: never
    (argmax, comparisons). None: it depends on what is not known of the call; then `from_slots` are
    the tensors it may depend on."""
    from_slots: tuple[Slot, ...] = ()
    dtype: Kind | None = None
    """Resolved for the arguments asked about; None: not known."""
    alias: Alias = Alias.NEW
    alias_of: Slot | None = None
    multi_view: bool = False
    """One of several views made at once (split, unbind): writing to it in place raises."""


@dataclass(frozen=True, slots=True)
class SavedSlot:
    """A tensor that the graph keeps for the backward pass: writing to it in place breaks that pass."""

    slot: Slot
    when: frozenset[Slot]
    """Saved if, and only if, one of these requires grad (they never contain outputs)."""
    certain: bool = True
    """False: saved only for some values, shapes or arguments that fit what is known of the call."""


@dataclass(frozen=True, slots=True)
class GradError:
    """An exception that this call, or the backward pass through it, raises."""

    slot: Slot
    """Raised if this slot requires grad."""
    at_forward: bool
    """True: the call itself raises; False: backward() does."""
    message: str
    """The beginning of PyTorch's own message."""
    certain: bool = True


@dataclass(frozen=True, slots=True)
class OpAnswer:
    """What one call does to autograd, for all that is known of its arguments."""

    name: str
    """The public name that was asked."""
    returns: Returns
    """`0` one tensor; `(0, 1)` a tuple of two; `(0, (1, 2))` nested; None: no tensor, or not known."""
    outputs: tuple[Output, ...]
    """Empty where the call returns no tensor (`item`), or where what it returns is `uncertain`."""
    many: bool = False
    """`returns` is 0 and stands for a sequence of tensors, each of them like output 0 (split, unbind)."""
    saved: tuple[SavedSlot, ...] = ()
    zero_derivative: frozenset[Slot] = frozenset()
    """Inputs that get a gradient of exact zeros everywhere (round, sign, floor)."""
    in_place: Slot | None = None
    """The input that the call overwrites and returns (``add_``, ``out=``, ``relu(inplace=True)``)."""
    writes: tuple[Slot, ...] = ()
    """All slots whose version counter the call moves, `in_place` among them."""
    errors: tuple[GradError, ...] = ()
    rejects_integer: Known = None
    """The call raises for an integer tensor where a floating one is meant (``mean``, ``softmax``)."""
    leaf_write_raises: Known = None
    """In-place calls: a leaf that requires grad is refused ("a leaf Variable that requires grad...")."""
    uncertain: bool = False
    """Several measured behaviours fit the call and differ in the number or kind of outputs."""
    bound: Mapping[str, tuple[Slot, ...]] = field(default_factory=dict)
    """Which slots each parameter of the op was given: ``{"input": ("in:0",), "bias": ("in:bias",)}``."""

    @property
    def raises_backward(self) -> str | None:
        """The message of the backward pass that is certain to raise, if there is one."""
        return next((error.message for error in self.errors if not error.at_forward and error.certain), None)

    def saves(self, slot: Slot) -> frozenset[Slot]:
        """Which inputs, requiring grad, certainly cause `slot` to be saved."""
        return next((entry.when for entry in self.saved if entry.slot == slot and entry.certain), frozenset())
