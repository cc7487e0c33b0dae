"""Turns what was seen into messages: numbers events, places them, describes tensors, stops the run at its limits."""

from __future__ import annotations

import threading
from types import FrameType
from typing import Any

import torch

from .channel import Channel
from .identity import Identity
from .names import Names
from .places import Places, Stack
from .protocol import (
    BY_EVENTS,
    IS_INFERENCE,
    IS_LEAF,
    IS_PARAMETER,
    REQUIRES_GRAD,
    RETAINS_GRAD,
    TENSOR,
)

_MOST_CALLS = 40


class Stop(BaseException):
    """Unwinds the program when it has run long enough. No `except Exception` of the program catches it."""


class Reporter:
    """What every part of the recorder reports through."""

    def __init__(self, channel: Channel, places: Places, most_events: int) -> None:
        self.channel = channel
        self.places = places
        self.identity = Identity()
        self.names = Names(self.identity)
        self.stopped_by: str | None = None
        self.recording = True
        self._thread = threading.get_ident()
        self._events_left = most_events
        self._pending: tuple[object, str, dict[str, Any]] | None = None

    def listening(self) -> bool:
        """Whether what happens now belongs into the report."""
        return self.recording and threading.get_ident() == self._thread

    def stop(self, why: str) -> Stop:
        """Ends the recording; the caller raises what it gets."""
        self.stopped_by = self.stopped_by or why
        self.recording = False
        self.settle()
        return Stop(why)

    def report(
        self,
        say: str,
        where: FrameType | Stack,
        fields: dict[str, Any],
        at: int | None = None,
        id: int | None = None,
        pending_for: object = None,
    ) -> int:
        """Sends an event and returns its number; `at` is a place that is not the innermost frame's.

        With `pending_for` it is kept back until that object says by `resolve` what it was, or something else happens.
        """
        self.settle()
        stack = where if isinstance(where, Stack) else self.places.stack(where)
        numbers = [self.places.of_frame(frame) for frame in stack.user[:_MOST_CALLS]]
        if at is None:
            at, numbers = (numbers[0], numbers[1:]) if numbers else (0, [])
        number = id if id is not None else self.identity.next()
        message = {"id": number, "at": at, "calls": numbers[::-1], **fields}
        if pending_for is not None:
            self._pending = pending_for, say, message
            return number
        self.channel.send(say, message)
        self._events_left -= 1
        if self._events_left <= 0 and self.stopped_by is None:
            self.stopped_by = BY_EVENTS
        return number

    def resolve(self, owner: object, fields: dict[str, Any] | None) -> bool:
        """Changes the event kept back for `owner`, or drops it where `fields` is None; False if there is none."""
        if self._pending is None or self._pending[0] is not owner:
            return False
        _, say, message = self._pending
        self._pending = None
        if fields is not None:
            self.channel.send(say, {**message, **fields})
        return True

    def settle(self) -> None:
        """Sends the event that was kept back."""
        if self._pending is not None:
            _, say, message = self._pending
            self._pending = None
            self.channel.send(say, message)

    def value(
        self, tensor: torch.Tensor, stack: Stack | None = None, name: str | None = None, deep: bool = False
    ) -> list[object]:
        """A tensor as it is now, in the form that travels. With a stack its name is looked up there."""
        identity = self.identity
        if name is None and stack is not None and stack.user:
            name = self.names.of(tensor, stack.user[0], deep)
        bits = IS_LEAF if tensor.is_leaf else 0
        if tensor.requires_grad:
            bits |= REQUIRES_GRAD
            if bits == REQUIRES_GRAD and tensor.retains_grad:
                bits |= RETAINS_GRAD
        if isinstance(tensor, torch.nn.Parameter):
            bits |= IS_PARAMETER
        if tensor.is_inference():
            bits |= IS_INFERENCE
        return [
            identity.number(tensor),
            TENSOR,
            bits,
            kind_of(tensor),
            [int(size) for size in tensor.shape],
            identity.storage(tensor),
            identity.made_by(tensor),
            name,
        ]


def kind_of(tensor: torch.Tensor) -> str:
    """The kind of a dtype: `float`, `complex`, `integer` or `boolean`."""
    dtype = tensor.dtype
    if dtype.is_floating_point:
        return "float"
    if dtype.is_complex:
        return "complex"
    return "boolean" if dtype is torch.bool else "integer"
