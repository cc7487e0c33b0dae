"""What became of each parameter: did it get a gradient, was the gradient zero or not finite, did a step change it."""

from __future__ import annotations

import sys
import time
import weakref
from types import FrameType
from typing import Any

import torch

from .places import Stack
from .reporter import Reporter

_SHARE_OF_TIME = 0.1
"""Looking at gradients may take this share of the run; the first few passes are always looked at."""

_ALWAYS = 3


class _Parameter:
    """One parameter over the whole run."""

    def __init__(self, tensor: torch.Tensor, name: str | None) -> None:
        self.tensor = weakref.ref(tensor)
        self.name = name
        self.backwards = 0
        self.with_grad = 0
        self.nonzero = False
        self.not_finite = False
        self.largest = 0.0
        self.steps = 0
        self.changed = False
        self.held = False
        self.requires_grad = bool(tensor.requires_grad)
        self.shape = [int(size) for size in tensor.shape]

    def status(self, stepping: bool) -> str:
        """The worst thing to say about it."""
        if not self.requires_grad:
            return "frozen"
        if self.not_finite:
            return "nan"
        if not self.backwards:
            return "unused"
        if not self.with_grad:
            return "none"
        if not self.nonzero:
            return "zero"
        if stepping and not self.held:
            return "no optimizer"
        if self.steps and not self.changed:
            return "unchanged"
        return "ok"


class Parameters:
    """Keeps the score of all parameters it has met; holds none of them alive."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._known: dict[int, _Parameter] = {}
        self._modules: dict[int, weakref.ref[Any]] = {}
        self._started = time.monotonic()
        self._spent = 0.0
        self._looked = 0
        self._stepped = False

    def meet(self, tensor: torch.Tensor, name: str | None = None) -> _Parameter:
        """Takes a parameter into the report."""
        number = self._reporter.identity.number(tensor)
        entry = self._known.get(number)
        if entry is None:
            entry = self._known[number] = _Parameter(tensor, name)
        entry.name = entry.name or name
        return entry

    def hold(self, tensors: list[torch.Tensor], frame: FrameType | None) -> None:
        """Notes what an optimizer holds."""
        for tensor in tensors:
            name = self._reporter.names.of(tensor, frame) if frame is not None else None
            self.meet(tensor, name).held = True

    def stepped(self, tensor: torch.Tensor, before: int) -> None:
        """Notes that an optimizer stepped, with the version of the parameter before."""
        self._stepped = True
        entry = self.meet(tensor)
        if tensor.grad is not None:
            entry.steps += 1
            entry.changed = entry.changed or tensor._version != before

    def after_backward(self, stack: Stack) -> None:
        """Looks at the gradients, as far as the time allows."""
        now = time.monotonic()
        if self._looked >= _ALWAYS and self._spent > _SHARE_OF_TIME * (now - self._started):
            return
        self._looked += 1
        for frame in stack.user:
            self._meet_modules(frame.f_locals, 2)
        with torch.no_grad(), torch._C.DisableTorchFunction():
            for entry in self._known.values():
                tensor = entry.tensor()
                if tensor is not None and tensor.requires_grad:
                    self._look(entry, tensor)
        self._spent += time.monotonic() - now

    def _look(self, entry: _Parameter, tensor: torch.Tensor) -> None:
        entry.backwards += 1
        entry.requires_grad = True
        grad = tensor.grad
        if grad is None:
            return
        entry.with_grad += 1
        if grad.numel() == 0 or grad.is_meta:
            entry.nonzero = True
            return
        values = grad.coalesce().values() if grad.is_sparse else grad
        largest = float(values.detach().abs().max()) if values.numel() else 0.0
        if largest != largest or largest == float("inf"):
            entry.not_finite = True
        elif largest > 0:
            entry.nonzero = True
            entry.largest = largest

    def _meet_modules(self, space: dict[str, Any], depth: int) -> None:
        for name, item in list(space.items()):
            if isinstance(item, torch.nn.Module) and not name.startswith("_"):
                if id(item) in self._modules and self._modules[id(item)]() is item:
                    continue
                self._modules[id(item)] = weakref.ref(item)
                for inner, parameter in item.named_parameters():
                    self.meet(parameter, f"{name}.{inner}")

    def rows(self) -> list[dict[str, Any]]:
        """The report: one row per parameter."""
        self._meet_modules(vars(sys.modules["__main__"]), 1)
        rows = []
        for entry in self._known.values():
            tensor = entry.tensor()
            if tensor is not None:
                entry.requires_grad = bool(tensor.requires_grad)
            if entry.name is None and tensor is None:
                continue
            rows.append(
                {
                    "name": entry.name or "?",
                    "status": entry.status(self._stepped),
                    "shape": entry.shape,
                    "largest_gradient": entry.largest if entry.with_grad else None,
                }
            )
        return rows
