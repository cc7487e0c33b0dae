"""Watches PyTorch while the program runs: every function it calls comes by here first, and goes on unchanged."""

from __future__ import annotations

import sys
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from . import tracebacks
from .constructors import Constructors
from .engine import Engine
from .loops import Loops
from .operations import Operations, is_building
from .opnames import OpNames, writes_by_name
from .parameters import Parameters
from .protocol import BY_EVENTS, CLEARED, FLAG, GIVEN, GRAD_READ
from .reporter import Reporter
from .saved import Graph
from .scopes import Scopes
from .training import Training

_TELLING = ("grad", "data", "T", "H", "mT", "mH", "real", "imag")
"""Attributes of tensors that are more than a look at metadata."""

_MUTE_METHODS = (
    "size", "dim", "numel", "stride", "nelement", "element_size", "is_contiguous", "is_floating_point", "is_complex",
    "data_ptr", "storage_offset", "untyped_storage", "storage", "get_device", "__len__", "__hash__", "__repr__",
    "__format__", "__bool__", "ndimension", "is_set_to", "has_names", "__reduce_ex__", "retain_grad", "register_hook",
    "is_inference", "is_signed", "__dir__", "type",
)  # fmt: skip


class Recorder(TorchFunctionMode):  # type: ignore[misc]
    """The function mode, and everything installed beside it. A context manager that undoes all of it."""

    def __init__(self, reporter: Reporter, most_steps: int | None) -> None:
        super().__init__()
        # The mode belongs to one thread, so that nothing of others comes by here.
        self._reporter = reporter
        self.parameters = Parameters(reporter)
        self._graph = Graph(reporter.identity)
        self._scopes = Scopes(reporter)
        self._names = OpNames()
        self._operations = Operations(reporter, self._scopes, self._graph)
        self._engine = Engine(self, reporter, self._graph, self.parameters)
        self._training = Training(reporter, self.parameters, most_steps)
        self._loops = Loops(reporter)
        self._constructors = Constructors(reporter, self._operations)
        self._undo: list[tuple[Any, str, bool, Any]] = []
        self._handles: list[Any] = []
        self._mute = _mute_functions()
        self._grad_get, self._grad_set = torch.Tensor.grad.__get__, torch.Tensor.grad.__set__
        self._data_set = torch.Tensor.data.__set__
        self._flag_set = torch.Tensor.requires_grad.__set__
        self._autograd_grad = torch.autograd.grad

    def __enter__(self) -> Recorder:
        if not self._undo:
            for part in (self._scopes, self._engine, self._constructors, self._loops):
                part.install(self._patch)
            self._handles = self._training.install(self._patch)
            tracebacks.install(self._patch)
        super().__enter__()
        return self

    def undo(self) -> None:
        """Takes back everything that was installed."""
        for handle in self._handles:
            handle.remove()
        for owner, name, was_own, original in reversed(self._undo):
            if was_own:
                setattr(owner, name, original)
            else:
                delattr(owner, name)
        self._undo, self._handles = [], []

    def _patch(self, owner: Any, name: str, replacement: Any) -> None:
        own = vars(owner)
        self._undo.append((owner, name, name in own, own.get(name)))
        setattr(owner, name, replacement)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Called by PyTorch in place of `func`."""
        reporter = self._reporter
        if kwargs is None:
            kwargs = {}
        if not reporter.recording:
            if reporter.stopped_by is not None:
                raise reporter.stop(reporter.stopped_by)
            return func(*args, **kwargs)
        if func in self._mute or self._training.is_quiet:
            return func(*args, **kwargs)
        if reporter.stopped_by == BY_EVENTS:
            raise reporter.stop(BY_EVENTS)
        if func in self._engine.doors:
            return self._engine.backward(*args, **kwargs)
        if func is self._autograd_grad:
            return self._engine.grad(args, kwargs)
        if self._is_quiet():
            return func(*args, **kwargs)
        return self._watched(func, args, kwargs)

    def _is_quiet(self) -> bool:
        if self._constructors.inside_function:
            return True
        if self._engine.depth and not torch.is_grad_enabled():
            return True
        return self._training.has_closure and self._training.belongs_to_step(sys._getframe(2))

    def _watched(self, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        reporter, operations = self._reporter, self._operations
        if func == self._grad_get:
            return self._grad_read(func, args)
        if func == self._grad_set:
            return self._grad_written(func, args)
        name = self._names.of(func)
        may_write = func == self._data_set or func == self._flag_set or writes_by_name(name, kwargs)
        is_flag = func == self._flag_set or name == "torch.Tensor.requires_grad_"
        with torch._C.DisableTorchFunctionSubclass():
            early = reporter.places.stack(sys._getframe(2)) if may_write or is_flag else None
            before = operations.before(name, args, kwargs, early)
        raised: str | None = None
        try:
            result = func(*args, **kwargs)
        except Exception as error:
            raised = str(error)
            stack = reporter.places.stack(sys._getframe(2))
            if is_flag:
                self._flag_told(before, args, kwargs, stack, raised)
            elif reporter.listening() and stack.user and not is_building(stack):
                operations.told_raised(name, kwargs, before, error, stack)
            raise
        if not reporter.listening():
            return result
        with torch._C.DisableTorchFunctionSubclass():
            if is_flag:
                self._flag_told(before, args, kwargs, early or reporter.places.stack(sys._getframe(2)), None)
            elif func == self._data_set:
                operations.told_replaced(before, early or reporter.places.stack(sys._getframe(2)))
            elif before.tensors or isinstance(result, (torch.Tensor, tuple, list)):
                stack = reporter.places.stack(sys._getframe(2))
                if stack.user and not is_building(stack):
                    operations.told(name, args, kwargs, before, result, stack)
        return result

    def _grad_read(self, func: Any, args: Any) -> Any:
        grad = func(*args)
        owner, caller = args[0], sys._getframe(3)
        with torch._C.DisableTorchFunctionSubclass():
            if grad is not None:
                self._reporter.identity.is_grad_of(grad, self._reporter.identity.number(owner))
            if self._reporter.places.is_user_file(caller.f_code.co_filename):
                stack = self._reporter.places.stack(caller)
                fields = {"value": self._reporter.value(owner, stack), "has": grad is not None}
                self._reporter.report(GRAD_READ, stack, fields)
        return grad

    def _grad_written(self, func: Any, args: Any) -> Any:
        result = func(*args)
        if len(args) > 1 and args[1] is None:
            number = self._reporter.identity.number(args[0])
            self._reporter.report(CLEARED, sys._getframe(3), {"parameters": [number], "by": "tensor"})
        elif len(args) > 1:
            self._reporter.report(GIVEN, sys._getframe(3), {"value": self._reporter.value(args[0])})
        return result

    def _flag_told(self, before: Any, args: Any, kwargs: dict[str, Any], stack: Any, raised: str | None) -> None:
        if not before.tensors or not stack.user or is_building(stack):
            return
        flag = args[1] if len(args) > 1 else kwargs.get("requires_grad", True)
        wire = before.snapshots.get(id(before.tensors[0])) or self._reporter.value(before.tensors[0], stack)
        self._reporter.report(FLAG, stack, {"value": wire, "flag": bool(flag), "raised": raised})


def _mute_functions() -> frozenset[Any]:
    mute = set()
    for name in dir(torch.Tensor):
        attribute = getattr(torch.Tensor, name, None)
        if hasattr(attribute, "__get__") and not callable(attribute) and name not in _TELLING:
            mute.add(attribute.__get__)  # type: ignore[union-attr]
    for name in _MUTE_METHODS:
        attribute = getattr(torch.Tensor, name, None)
        if attribute is not None:
            mute.add(attribute)
    mute.add(torch.Tensor.backward)  # it calls `torch.autograd.backward`
    mute.add(torch.is_grad_enabled)
    mute.add(torch._C._set_grad_enabled)
    return frozenset(mute)
