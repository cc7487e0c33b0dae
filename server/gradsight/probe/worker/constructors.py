"""Ways to make tensors that the function mode does not show: Parameter, old constructors, NumPy, custom Functions."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import torch

from .operations import Operations, is_building
from .reporter import Reporter


class Constructors:
    """Wraps them, each with a few lines of its own."""

    def __init__(self, reporter: Reporter, operations: Operations) -> None:
        self._reporter = reporter
        self._operations = operations
        self.inside_function = 0
        """How many custom Functions' forward methods are running."""

    def install(self, patch: Callable[[Any, str, Any], None]) -> None:
        """Wraps all of them through `patch`, which knows how to undo it."""
        patch(torch.nn.Parameter, "__new__", self._parameter(torch.nn.Parameter.__new__))
        patch(torch, "from_numpy", self._plain(torch.from_numpy, "torch.from_numpy"))
        patch(torch.Tensor, "__new__", self._old(torch.Tensor.__new__))
        patch(type(torch.autograd.Variable), "__call__", self._variable())
        patch(torch.autograd.Function, "apply", self._function(torch.autograd.Function.__dict__["apply"]))

    def _idle(self) -> bool:
        return bool(self.inside_function) or not self._reporter.listening()

    def _parameter(self, original: Any) -> Any:
        def __new__(cls: Any, data: Any = None, requires_grad: bool = True) -> Any:
            try:
                result = original(cls, data, requires_grad)
            except RuntimeError as error:
                if not self._idle():
                    stack = self._reporter.places.stack(sys._getframe(1))
                    before = self._operations.before("", (data,), {}, stack)
                    self._operations.told_raised("torch.nn.Parameter", {}, before, error, stack)
                raise
            if not self._idle() and isinstance(result, torch.Tensor):
                stack = self._reporter.places.stack(sys._getframe(1))
                copied = is_building(stack)
                by = "torch.nn.Parameter"
                for frame in stack.library:
                    owner = frame.f_locals.get("self")
                    if frame.f_code.co_name == "__init__" and isinstance(owner, torch.nn.Module):
                        by = f"torch.nn.{_layer(type(owner))}"
                        break
                    if frame.f_code.co_name == "__deepcopy__":
                        by = "copy.deepcopy"
                explicit = {} if requires_grad is True else {"requires_grad": requires_grad}
                self._operations.told_created(by, result, None if copied else data, explicit, stack)
            return result

        return staticmethod(__new__)

    def _plain(self, original: Any, name: str) -> Any:
        @functools.wraps(original)
        def make(*args: Any, **kwargs: Any) -> Any:
            result = original(*args, **kwargs)
            if not self._idle():
                stack = self._reporter.places.stack(sys._getframe(1))
                self._operations.told_created(name, result, (args, kwargs), kwargs, stack)
            return result

        return make

    def _old(self, original: Any) -> Any:
        # PyTorch's compiler compares the signature with that of a substitute; this one fits all.
        def __new__(*args: Any, **kwargs: Any) -> Any:
            result = original(*args, **kwargs)
            if args and args[0] is torch.Tensor and not self._idle():
                stack = self._reporter.places.stack(sys._getframe(1))
                self._operations.told_created("torch.Tensor", result, (args[1:], kwargs), kwargs, stack)
            return result

        return staticmethod(__new__)

    def _variable(self) -> Any:
        def __call__(cls: Any, *args: Any, **kwargs: Any) -> Any:
            result = type.__call__(cls, *args, **kwargs)
            if cls is torch.autograd.Variable and not self._idle():
                stack = self._reporter.places.stack(sys._getframe(1))
                self._operations.told_created("torch.autograd.Variable", result, (args, kwargs), kwargs, stack)
            return result

        return __call__

    def _function(self, original: Any) -> Any:
        bound = original.__func__

        @functools.wraps(bound)
        def apply(cls: Any, *args: Any, **kwargs: Any) -> Any:
            if self._idle():
                return bound(cls, *args, **kwargs)
            before = self._operations.before("", args, kwargs, self._reporter.places.stack(sys._getframe(1)))
            self.inside_function += 1
            try:
                result = bound(cls, *args, **kwargs)
            except Exception as error:
                stack = self._reporter.places.stack(sys._getframe(1))
                self.inside_function -= 1
                self._operations.told_raised("torch.autograd.Function", {}, before, error, stack)
                raise
            except BaseException:
                self.inside_function -= 1
                raise
            self.inside_function -= 1
            stack = self._reporter.places.stack(sys._getframe(1))
            self._operations.told("torch.autograd.Function", args, kwargs, before, result, stack)
            return result

        return classmethod(apply)


def _layer(kind: type) -> str:
    for base in kind.__mro__:
        if base.__module__.startswith("torch.nn.modules."):
            return base.__name__
    return kind.__name__
