"""Further words for what a training loop does: modes, clipping, loss scaling, schedules, and what outlives a pass.

The places are chosen as in `events`: a call of a method or function is the call expression.
"""

from __future__ import annotations

from dataclasses import dataclass

from gradsight.autograd.events import Event
from gradsight.autograd.values import Known, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeSet(Event):
    """`module.train()` or `module.eval()`."""

    modules: tuple[int, ...] | None
    """The module and all that it consists of; None: unknown."""
    name: str | None
    training: Known
    parameters: tuple[int, ...] | None
    """Ids of its parameters; None: unknown."""
    varies: Known = None
    """Whether something in it (dropout, batch normalisation) works differently in the two modes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clipped(Event):
    """`clip_grad_norm_` or `clip_grad_value_`."""

    parameters: tuple[int, ...] | None
    """Ids of the tensors whose gradients are clipped; None: unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalerCalled(Event):
    """A method of a `GradScaler`. Where it steps, a `Stepped` event of the optimizer follows at the same place."""

    scaler: int
    name: str | None
    method: str
    """`scale`, `unscale_`, `step` or `update`."""
    optimizer: int | None = None
    """Which one was given; None: unknown, or none is."""
    optimizer_name: str | None = None
    scaled: tuple[Value, ...] = ()
    """What `scale` gave."""
    enabled: Known = None
    """Whether it scales at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled(Event):
    """`scheduler.step()` of a scheduler of learning rates."""

    scheduler: int
    name: str | None
    type: str
    """Its class: `StepLR`."""
    optimizer: int | None
    """Whose learning rate it sets; None: unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Event):
    """Tensors that require grad were put into a container that stood there before. Place: the call or statement."""

    container: int
    values: tuple[Value, ...]
    direct: bool = True
    """Whether the item is the one tensor itself, and not something that holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looped(Event):
    """A loop has ended; everything since `begin` happened in it. Static only: the probe sees each pass."""

    begin: int
    length: int | None
    """How many passes it makes; None: unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkedAlone(Event):
    """A function that nobody in sight calls has ended; everything since `begin` happened in it. Static only."""

    begin: int
    touched: frozenset[int]
    """Ids of what its callers can get at afterwards: what it gives back, and what hangs on its arguments."""
