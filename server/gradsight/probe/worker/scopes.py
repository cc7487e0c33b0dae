"""Which scope has grad mode off: follows `no_grad`, `inference_mode`, `enable_grad` and `set_grad_enabled`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

import torch

from .protocol import (
    FORM_CALL,
    FORM_DECORATOR,
    FORM_WITH,
    MODE_ENABLED,
    MODE_INFERENCE,
    MODE_NO_GRAD,
    MODE_OFF,
    SCOPE,
)
from .reporter import Reporter

_DECORATED = ("decorate_context", "generator_context")
"""PyTorch's wrappers of a function and of a generator under a grad-mode decorator."""


class Scopes:
    """Wraps the methods that open and close grad-mode scopes; `current` is the event of the innermost one."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self.current: int | None = None
        self._opened: dict[int, list[int | None]] = {}
        self._switched: dict[int, int | None] = {}
        self._inside = False

    def install(self, patch: Callable[[Any, str, Any], None]) -> None:
        """Wraps the scope classes through `patch`, which knows how to undo it."""
        for kind, mode in (
            (torch.no_grad, MODE_NO_GRAD),
            (torch.enable_grad, MODE_ENABLED),
            (torch.inference_mode, MODE_INFERENCE),
            (torch.set_grad_enabled, None),
        ):
            patch(kind, "__enter__", self._entering(kind.__enter__, mode))
            patch(kind, "__exit__", self._exiting(kind.__exit__))
        switch = torch.set_grad_enabled
        patch(switch, "__init__", self._switching(switch.__init__))
        patch(switch, "__call__", self._decorating(switch.__call__))

    def _idle(self) -> bool:
        return self._inside or not self._reporter.listening()

    def _entering(self, original: Any, fixed: str | None) -> Any:
        def __enter__(scope: Any) -> Any:
            if self._idle():
                return original(scope)
            # `no_grad` is made of `set_grad_enabled`, whose part in it is not told again.
            self._inside = True
            try:
                result = original(scope)
            finally:
                self._inside = False
            mode = fixed or _switch(scope.mode)
            if mode == MODE_INFERENCE and not scope.mode:
                mode = MODE_ENABLED
            before = self._switched.pop(id(scope), self.current) if fixed is None else self.current
            self._opened.setdefault(id(scope), []).append(before)
            # A `set_grad_enabled` has switched, and was noted, when it was made; now it turns out to be a `with`.
            if fixed is not None or not self._reporter.resolve(scope, {"form": FORM_WITH}):
                told = self._tell(mode, sys._getframe(1), FORM_WITH)
                if mode != MODE_ENABLED or is_recording():
                    self.current = told
            return result

        return __enter__

    def _exiting(self, original: Any) -> Any:
        def __exit__(scope: Any, *exception: Any) -> Any:
            if self._idle():
                return original(scope, *exception)
            self._inside = True
            try:
                return original(scope, *exception)
            finally:
                self._inside = False
                opened = self._opened.get(id(scope))
                if opened:
                    self.current = opened.pop()
                    if not opened:
                        del self._opened[id(scope)]

        return __exit__

    def _switching(self, original: Any) -> Any:
        def __init__(scope: Any, mode: bool) -> None:
            original(scope, mode)
            if not self._idle():
                self._switched[id(scope)] = self.current
                self.current = self._tell(_switch(mode), sys._getframe(1), FORM_CALL, scope)

        return __init__

    def _decorating(self, original: Any) -> Any:
        def __call__(scope: Any, function: Any) -> Any:
            if not self._idle() and id(scope) in self._switched:
                self._reporter.resolve(scope, None)
                self.current = self._switched.pop(id(scope))
            return original(scope, function)

        return __call__

    def _tell(self, mode: str, frame: FrameType, form: str, pending_for: object = None) -> int | None:
        code, places = frame.f_code, self._reporter.places
        fields = {"mode": mode, "form": form}
        if places.is_user_file(code.co_filename):
            return self._reporter.report(SCOPE, frame, fields, pending_for=pending_for)
        if code.co_name in _DECORATED and code.co_filename.endswith("_contextlib.py"):
            target = _code_of(frame.f_locals.get("func"))
            if target is not None and places.is_user_file(target.co_filename):
                fields["form"] = FORM_DECORATOR
                return self._reporter.report(SCOPE, frame, fields, at=places.of_line(target, target.co_firstlineno))
        return None


def is_recording() -> bool:
    """Whether ops get a history; `enable_grad` inside `inference_mode` does not bring it back."""
    return torch.is_grad_enabled() and not torch.is_inference_mode_enabled()


def _switch(on: bool) -> str:
    return MODE_ENABLED if on else MODE_OFF


def _code_of(function: Any) -> CodeType | None:
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    code = getattr(function, "__code__", None)
    return code if isinstance(code, CodeType) else None
