"""An event of its own: the values of a whole tensor are set, as initialisers do."""

from __future__ import annotations

from dataclasses import dataclass

from gradsight.autograd.events import Event
from gradsight.autograd.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled(Event):
    """An initialiser of PyTorch set all elements of `value`, or a state was loaded into it, unseen by autograd."""

    value: Value
    by: str
    """Dotted public name: `torch.nn.init.zeros_`."""
    number: float | None = None
    """What every element is now; None: they differ, or nobody knows."""
