"""What is known of one value at one moment: a tensor, or a number or array that a tensor became."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

Known: TypeAlias = bool | None
"""A three-valued fact: True, False, or None for unknown. Unknown never becomes a warning."""

Shape: TypeAlias = tuple[int | None, ...] | None
"""Sizes by dimension, None where one is unknown; None as a whole where even the rank is."""


class Form(Enum):
    """What kind of Python object carries the value."""

    TENSOR = "tensor"
    NUMBER = "number"
    """A Python number (or list of them) that was computed from a tensor."""
    ARRAY = "array"
    """A NumPy array that was computed from a tensor."""


class Kind(Enum):
    """The kind of a dtype: what matters to autograd."""

    FLOAT = "float"
    COMPLEX = "complex"
    INTEGER = "integer"
    BOOLEAN = "boolean"

    @property
    def can_require_grad(self) -> bool:
        """Only floating point and complex tensors can."""
        return self in (Kind.FLOAT, Kind.COMPLEX)


@dataclass(frozen=True, slots=True)
class Value:
    """A snapshot: the same tensor appears with other facts after an in-place op or `requires_grad_()`."""

    id: int
    """The identity of the Python object; equal in all snapshots of the same object."""
    form: Form = Form.TENSOR
    name: str | None = None
    """How the user calls it at this moment: `y`, `self.weight`, `model.linear.weight`."""
    requires_grad: Known = None
    is_leaf: Known = None
    kind: Kind | None = None
    shape: Shape = None
    storage: int | None = None
    """Which memory it lies in; views and `detach()` share it."""
    made_by: int | None = None
    """Id of the event that made the value or last wrote it in place (its `grad_fn` where it has one);
    None: its origin is unknown, and so is everything behind it."""
    is_parameter: bool = False
    is_inference: bool = False
    """Made under `inference_mode`."""
    retains_grad: bool = False

    @property
    def elements(self) -> int | None:
        """How many elements, if known."""
        if self.shape is None or None in self.shape:
            return 0 if self.shape is not None and 0 in self.shape else None
        count = 1
        for size in self.shape:
            count *= size or 0
        return count
