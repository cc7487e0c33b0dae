"""What a training loop does besides stepping: modes of modules, clipping, loss scaling, schedules; one event each."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import torch

from .protocol import CLIPPED, MODE_SET, SCALER, SCHEDULED
from .reporter import Reporter

_SENSITIVE = (
    torch.nn.modules.dropout._DropoutNd,
    torch.nn.modules.batchnorm._NormBase,
    torch.nn.RReLU,
    torch.nn.MultiheadAttention,
)
"""Layers that work differently in the two modes, at least with some arguments."""

_SCALER_METHODS = ("scale", "unscale_", "step", "update")
_CLIPPING = ("clip_grad_norm_", "clip_grad_value_")


class Loops:
    """Watches the calls by wrapping them; only those that the program itself makes are told."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    def install(self, patch: Callable[[Any, str, Any], None]) -> None:
        """Wraps what is watched."""
        for name in _CLIPPING:
            patch(torch.nn.utils, name, self._clipping(getattr(torch.nn.utils, name)))
        for name in _SCALER_METHODS:
            patch(torch.amp.GradScaler, name, self._scaling(name, getattr(torch.amp.GradScaler, name)))
        for kind in _schedulers():
            patch(kind, "step", self._scheduling(kind.step))
        module = torch.nn.Module
        patch(module, "train", self._setting_mode(module.train, None))
        patch(module, "eval", self._setting_mode(module.eval, False))

    def _by_program(self, frame: FrameType) -> bool:
        return self._reporter.listening() and self._reporter.places.is_user_file(frame.f_code.co_filename)

    def _clipping(self, original: Any) -> Any:
        def clip(parameters: Any, *args: Any, **kwargs: Any) -> Any:
            frame = sys._getframe(1)
            if self._by_program(frame):
                parameters = [parameters] if isinstance(parameters, torch.Tensor) else list(parameters)
                numbers = [self._reporter.identity.number(tensor) for tensor in parameters]
                self._reporter.report(CLIPPED, frame, {"parameters": numbers})
            return original(parameters, *args, **kwargs)

        return clip

    def _scaling(self, method: str, original: Any) -> Any:
        def call(scaler: Any, *args: Any, **kwargs: Any) -> Any:
            frame = sys._getframe(1)
            if not self._by_program(frame):
                return original(scaler, *args, **kwargs)
            identity = self._reporter.identity
            given = next((item for item in (*args, *kwargs.values())), None)
            fields: dict[str, Any] = {
                "scaler": identity.number(scaler),
                "method": method,
                "enabled": bool(scaler.is_enabled()),
                "optimizer": identity.number(given) if isinstance(given, torch.optim.Optimizer) else None,
            }
            if method != "scale":
                self._reporter.report(SCALER, frame, fields)
                return original(scaler, *args, **kwargs)
            result = original(scaler, *args, **kwargs)
            parts = result if isinstance(result, (list, tuple)) else (result,)
            fields["scaled"] = [self._reporter.value(part) for part in parts if isinstance(part, torch.Tensor)]
            self._reporter.report(SCALER, frame, fields)
            return result

        return call

    def _scheduling(self, original: Any) -> Any:
        def step(scheduler: Any, *args: Any, **kwargs: Any) -> Any:
            frame = sys._getframe(1)
            if self._by_program(frame):
                optimizer = getattr(scheduler, "optimizer", None)
                known = isinstance(optimizer, torch.optim.Optimizer)
                fields = {
                    "scheduler": self._reporter.identity.number(scheduler),
                    "type": type(scheduler).__name__,
                    "optimizer": self._reporter.identity.number(optimizer) if known else None,
                }
                self._reporter.report(SCHEDULED, frame, fields)
            return original(scheduler, *args, **kwargs)

        return step

    def _setting_mode(self, original: Any, mode: bool | None) -> Any:
        def set_mode(module: Any, *args: Any, **kwargs: Any) -> Any:
            frame = sys._getframe(1)
            if self._by_program(frame):
                training = mode if mode is not None else bool(next((*args, *kwargs.values()).__iter__(), True))
                number = self._reporter.identity.number
                fields = {
                    "modules": [number(part) for part in module.modules()],
                    "training": training,
                    "parameters": [number(parameter) for parameter in module.parameters()],
                    "varies": any(map(_is_sensitive, module.modules())) or None,
                }
                self._reporter.report(MODE_SET, frame, fields)
            return original(module, *args, **kwargs)

        return set_mode


def _is_sensitive(module: Any) -> bool:
    return isinstance(module, _SENSITIVE) or (isinstance(module, torch.nn.RNNBase) and module.dropout > 0)


def _schedulers() -> list[Any]:
    """The classes of schedulers that have a `step` of their own."""
    module = torch.optim.lr_scheduler
    kinds = [item for item in vars(module).values() if isinstance(item, type)]
    return [kind for kind in kinds if kind.__module__ == module.__name__ and "step" in vars(kind)]
