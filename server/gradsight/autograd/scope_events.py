"""Grad modes that were written down and not entered."""

from __future__ import annotations

from dataclasses import dataclass

from gradsight.autograd.events import Event, Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeNotEntered(Event):
    """`torch.no_grad()` or `torch.no_grad` stands as a statement, or `with torch.no_grad:` lacks the call.

    Static only. Place: the expression."""

    mode: Mode
    in_with: bool
    """In a `with`, where it raises; as a statement it does nothing."""
