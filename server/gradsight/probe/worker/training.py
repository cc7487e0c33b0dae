"""Optimizers and the clearing of gradients: built, stepped, cleared, each as one event."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import torch
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from .parameters import Parameters
from .protocol import BUILT, BY_STEPS, CLEARED, STEPPED
from .reporter import Reporter

_HOOK_CALLER = "wrapper"
"""The frame of PyTorch's own that calls the hooks around `step`."""


class Training:
    """Watches optimizers through PyTorch's own hooks, and the few calls that have none."""

    def __init__(self, reporter: Reporter, parameters: Parameters, most_steps: int | None) -> None:
        self._reporter = reporter
        self._parameters = parameters
        self._steps_left = most_steps
        self._steps: list[tuple[Any, int, list[tuple[torch.Tensor, int, list[object]]]]] = []
        self._inside = 0
        self.is_quiet = False
        """Whether an optimizer is being built, steps by itself, or clears gradients: none of it is told apart."""
        self.has_closure = False
        """Whether an optimizer steps that may call back the program."""

    def _enter(self, by: int) -> None:
        self._inside += by
        self.is_quiet = self._inside > 0 or (bool(self._steps) and not self.has_closure)

    def belongs_to_step(self, frame: FrameType | None) -> bool:
        """Whether what happens in `frame` is an optimizer's own work, and not that of a closure it was given."""
        if not self._steps:
            return False
        optimizer = self._steps[-1][0]
        while frame is not None:
            if frame.f_code.co_name == "step" and frame.f_locals.get("self") is optimizer:
                return True
            if self._reporter.places.is_user_file(frame.f_code.co_filename):
                return False
            frame = frame.f_back
        return False

    def install(self, patch: Callable[[Any, str, Any], None]) -> list[Any]:
        """Wraps what has no hook; gives the handles of what has one."""
        kind = torch.optim.Optimizer
        patch(kind, "__init__", self._building(kind.__init__))
        patch(kind, "add_param_group", self._adding(kind.add_param_group))
        patch(kind, "zero_grad", self._clearing(kind.zero_grad, "optimizer", _held))
        module = torch.nn.Module
        patch(module, "zero_grad", self._clearing(module.zero_grad, "module", lambda m: list(m.parameters())))
        return [
            register_optimizer_step_pre_hook(self._before_step),
            register_optimizer_step_post_hook(self._after_step),
        ]

    def _building(self, original: Any) -> Any:
        def __init__(optimizer: Any, params: Any, defaults: Any) -> None:
            if not self._reporter.listening():
                original(optimizer, params, defaults)
                return
            self._enter(1)
            stack = self._reporter.places.stack(sys._getframe(1))
            number = self._reporter.identity.number(optimizer)
            fields: dict[str, Any] = {"type": type(optimizer).__name__, "optimizer": number}
            try:
                original(optimizer, params, defaults)
                fields["parameters"] = [self._reporter.value(tensor, stack) for tensor in _held(optimizer)]
                self._parameters.hold(_held(optimizer), stack.user[0] if stack.user else None)
            except Exception as error:
                offered = params if isinstance(params, (list, tuple)) else ()
                tensors = [item for item in offered if isinstance(item, torch.Tensor)]
                values = [self._reporter.value(tensor, stack) for tensor in tensors]
                fields.update(raised=str(error), parameters=values or None)
                raise
            finally:
                self._enter(-1)
                self._reporter.report(BUILT, stack, fields)

        return __init__

    def _adding(self, original: Any) -> Any:
        def add_param_group(optimizer: Any, group: Any) -> None:
            original(optimizer, group)
            if self._reporter.listening() and not self._inside:
                stack = self._reporter.places.stack(sys._getframe(1))
                number = self._reporter.identity.number(optimizer)
                held = [self._reporter.value(tensor, stack) for tensor in _held(optimizer)]
                self._parameters.hold(_held(optimizer), stack.user[0] if stack.user else None)
                fields = {"type": type(optimizer).__name__, "optimizer": number, "parameters": held}
                self._reporter.report(BUILT, stack, fields)

        return add_param_group

    def _clearing(self, original: Any, by: str, tensors_of: Callable[[Any], list[torch.Tensor]]) -> Any:
        def zero_grad(owner: Any, set_to_none: bool = True) -> None:
            if not self._reporter.listening() or self._inside:
                original(owner, set_to_none)
                return
            self._drop_failed()
            self._enter(1)
            try:
                original(owner, set_to_none)
            finally:
                self._enter(-1)
            numbers = [self._reporter.identity.number(tensor) for tensor in tensors_of(owner)]
            fields = {"parameters": numbers, "by": by}
            self._reporter.report(CLEARED, sys._getframe(1), fields)

        return zero_grad

    def _drop_failed(self) -> None:
        """Forgets steps that raised: PyTorch calls no hook then."""
        while self._steps and not _is_running(self._steps[-1][0]):
            self._steps.pop()
            self.has_closure = bool(self._steps)
            self._enter(0)

    def _before_step(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        if not self._reporter.listening():
            return
        self._drop_failed()
        stack = self._reporter.places.stack(sys._getframe(1))
        held = [
            (tensor, tensor._version, self._reporter.value(tensor, stack))
            for tensor in _held(optimizer)
            if tensor.grad is not None
        ]
        self._steps.append((optimizer, self._reporter.identity.next(), held))
        self.has_closure = any(callable(given) for given in (*args[1:], *kwargs.values()))
        self._enter(0)

    def _after_step(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        if not self._steps or self._steps[-1][0] is not optimizer:
            return
        _, number, before = self._steps.pop()
        self.has_closure = bool(self._steps)
        self._enter(0)
        if not self._reporter.listening():
            return
        identity = self._reporter.identity
        stack = self._reporter.places.stack(sys._getframe(1))
        written: list[list[object]] = []
        for tensor, version, old in before:
            self._parameters.stepped(tensor, version)
            if tensor._version != version:
                event = identity.next()
                after = self._reporter.value(tensor, name=old[7])  # type: ignore[arg-type]
                written.append([event, old, after, identity.version(tensor, identity.storage(tensor))])
        held = [identity.number(tensor) for tensor in _held(optimizer)]
        fields = {"optimizer": identity.number(optimizer), "parameters": held, "written": written}
        self._reporter.report(STEPPED, stack, fields, id=number)
        if self._steps_left is not None:
            self._steps_left -= 1
            if self._steps_left <= 0:
                raise self._reporter.stop(BY_STEPS)


def _held(optimizer: Any) -> list[torch.Tensor]:
    return [tensor for group in optimizer.param_groups for tensor in group["params"]]


def _is_running(optimizer: Any) -> bool:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == _HOOK_CALLER and any(arg is optimizer for arg in frame.f_locals.get("args", ())):
            return True
        frame = frame.f_back
    return False
