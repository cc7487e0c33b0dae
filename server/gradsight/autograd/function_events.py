"""What happens with classes that extend `torch.autograd.Function`. Told by the static interpreter only."""

from __future__ import annotations

from dataclasses import dataclass

from gradsight.autograd.events import Applied, Event, Site
from gradsight.autograd.values import Known, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionApplied(Applied):
    """`F.apply(...)`: one node of the graph, whose gradient is what `F.backward` says."""

    function: str
    """The name of the class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionReturned(Event):
    """`backward` returned. Place: the returned expression."""

    function: str
    returned: int
    """How many gradients, without those at the end that are None and stand for no input."""
    inputs: int
    """How many inputs `forward` got."""
    applied: Site
    """Where `apply` was called; the class itself where nobody calls it in sight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionCalled(Event):
    """A function was used without `apply`. Place: the call."""

    function: str
    form: str
    """`forward`: `F.forward(...)` was called; `instance`: an object of the class was."""
    is_static: bool
    """Whether `forward` is a static method."""
    tracked: Known
    """Whether an argument requires grad while grad mode is on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionLegacy(Event):
    """An object of a function whose `forward` takes `self` is called, or can only be meant to be. Place: its `def`."""

    function: str
    call: Site | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionKept(Event):
    """`forward` kept a tensor as an attribute of `ctx`. Place: the assignment."""

    function: str
    attribute: str
    value: Value
    role: str
    """`input` or `output`."""
    node: int
    """Id of the `FunctionApplied` event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionWrote(Event):
    """`forward` wrote an input in place and did not say so. Place: the write."""

    function: str
    value: Value
    """The input before the call."""
    parameter: str | None
    """What `forward` calls it."""
    returned: bool
    """Whether `forward` returns it."""
    applied: Site
