"""Gradients asked for in a way that PyTorch does not know, and those that the program gives by hand."""

from __future__ import annotations

from dataclasses import dataclass

from gradsight.autograd.events import Event
from gradsight.autograd.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class BackwardOnNumber(Event):
    """`backward()` was called on a Python number, a list of numbers or a NumPy array. Static only. Place: the call."""

    value: Value
    """The number or array, made by the event at which a tensor became it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradGiven(Event):
    """`t.grad = gradient`. Place: the statement."""

    value: Value
