"""`backward()` and `autograd.grad()`: what was asked, what came of it, and which saved tensor was in the way."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any

import torch
from torch.overrides import _get_current_function_mode_stack

from .parameters import Parameters
from .protocol import APPLIED, BACKWARD
from .reporter import Reporter
from .saved import Graph

_CHANGED = "modified by an inplace operation"


class Engine:
    """Stands around the two doors to PyTorch's engine."""

    def __init__(self, mode: Any, reporter: Reporter, graph: Graph, parameters: Parameters) -> None:
        self._mode = mode
        self._reporter = reporter
        self._graph = graph
        self._parameters = parameters
        self.depth = 0
        """How many backward passes are running; what happens within is the engine's doing."""
        self.backward = torch.autograd.backward
        self.doors: frozenset[Any] = frozenset()
        """What `torch.autograd.backward` may be called by when it comes through the mode: told already."""
        self._grad = torch.autograd.grad
        self._grad_signature = inspect.signature(torch.autograd.grad)

    def install(self, patch: Callable[[Any, str, Any], None]) -> None:
        """Wraps `torch.autograd.backward`; `autograd.grad` comes through the function mode."""
        signature = inspect.signature(self.backward)

        @functools.wraps(self.backward)
        def backward(*args: Any, **kwargs: Any) -> Any:
            if not self._reporter.listening():
                return self.backward(*args, **kwargs)
            return self._backward(signature, args, kwargs)

        self.doors = frozenset({backward, self.backward})
        patch(torch.autograd, "backward", backward)
        run = torch.autograd._engine_run_backward

        @functools.wraps(run)
        def run_engine(*args: Any, **kwargs: Any) -> Any:
            # The mode is off in here; hooks that run within the backward pass are to be seen.
            if self._mode in _get_current_function_mode_stack():
                return run(*args, **kwargs)
            with self._mode:
                return run(*args, **kwargs)

        patch(torch.autograd, "_engine_run_backward", run_engine)

    def _backward(self, signature: inspect.Signature, args: Any, kwargs: Any) -> Any:
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError:
            return self.backward(*args, **kwargs)
        stack = self._reporter.places.stack(sys._getframe(2))
        number = self._reporter.identity.next()
        roots = _tensors(given.get("tensors"))
        fields = {
            "api": "backward",
            "roots": [self._reporter.value(root, stack, deep=True) for root in roots],
            "gradient": any(item is not None for item in _items(given.get("grad_tensors"))),
            "gradients": [self._reporter.value(item, stack) for item in _tensors(given.get("grad_tensors"))],
            **_flags(given),
        }
        if given.get("inputs") is not None:
            fields["inputs"] = [self._reporter.value(tensor, stack) for tensor in _tensors(given["inputs"])]
        self.depth += 1
        try:
            result = self.backward(*args, **kwargs)
        except Exception as error:
            self._failed(fields, roots, error)
            raise
        finally:
            self.depth -= 1
            if self._reporter.listening():
                self._reporter.report(BACKWARD, stack, fields, id=number)
        self._parameters.after_backward(stack)
        return result

    def grad(self, args: Any, kwargs: dict[str, Any]) -> Any:
        """Stands in for `torch.autograd.grad`."""
        try:
            given = self._grad_signature.bind(*args, **kwargs).arguments
        except TypeError:
            return self._grad(*args, **kwargs)
        stack = self._reporter.places.stack(sys._getframe(2))
        number = self._reporter.identity.next()
        roots, asked = _tensors(given.get("outputs")), _tensors(given.get("inputs"))
        wires = [self._reporter.value(root, stack, deep=True) for root in roots]
        inputs = [self._reporter.value(tensor, stack) for tensor in asked]
        fields: dict[str, Any] = {"api": "grad", "roots": wires, "inputs": inputs, **_flags(given)}
        fields["gradient"] = any(item is not None for item in _items(given.get("grad_outputs")))
        fields["gradients"] = [self._reporter.value(item, stack) for item in _tensors(given.get("grad_outputs"))]
        fields["unused"] = bool(given.get("allow_unused") or given.get("materialize_grads"))
        self.depth += 1
        try:
            result = self._grad(*args, **kwargs)
        except Exception as error:
            self._failed(fields, roots, error)
            raise
        finally:
            self.depth -= 1
            self._reporter.report(BACKWARD, stack, fields, id=number)
        for gradient, of in zip(result, inputs):
            if isinstance(gradient, torch.Tensor):
                event = self._reporter.identity.next()
                self._reporter.identity.made(gradient, event)
                for _ in self._graph.new_nodes([gradient], event):
                    pass
                outputs = [self._reporter.value(gradient)]
                made: dict[str, Any] = {"op": "torch.autograd.grad", "inputs": [*wires, of], "outputs": outputs}
                made["keeps"] = None
                if not gradient.requires_grad:
                    made |= {"keeps": False, "cut": "first order" if torch.is_grad_enabled() else None}
                self._reporter.report(APPLIED, stack, made, id=event)
        return result

    def _failed(self, fields: dict[str, Any], roots: list[torch.Tensor], error: Exception) -> None:
        fields["raised"] = str(error)
        if _CHANGED in str(error):
            fields["conflict"] = self._graph.changed(roots)


def _flags(given: dict[str, Any]) -> dict[str, Any]:
    create = bool(given.get("create_graph", False))
    retain = given.get("retain_graph")
    return {"retain": create if retain is None else bool(retain), "create": create}


def _items(item: Any) -> list[Any]:
    return list(item) if isinstance(item, (list, tuple)) else [item]


def _tensors(item: Any) -> list[torch.Tensor]:
    return [part for part in _items(item) if isinstance(part, torch.Tensor)]
