"""What one call of a PyTorch function did, told as events: made, computed, written in place, left torch."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch

from .constants import constants
from .escapes import Escapes
from .opnames import (
    COPIES_DATA,
    DETACHING,
    TO_ARRAY,
    TO_NUMBER,
    ignores_values,
    last_part,
    tensors_in,
    writes_by_name,
)
from .places import Stack
from .protocol import (
    APPLIED,
    CLEARED,
    CREATED,
    CUT_DETACH,
    CUT_GRAD_MODE,
    CUT_NOT_DIFFERENTIABLE,
    CUT_NUMBER,
    CUT_NUMPY,
    CUT_REWRAP,
    MUTATED,
)
from .reporter import Reporter
from .saved import Graph, hooks_are_set
from .scopes import Scopes, is_recording

if TYPE_CHECKING:
    Wire = list[object]
    Constants = list[list[object]]

_TORCH = os.path.join(os.path.dirname(os.path.abspath(torch.__file__)), "")
_LAYERS = os.path.join(_TORCH, "nn", "modules", "")
_BUILDING = frozenset({"__init__", "reset_parameters", "_reset_parameters", "_apply", "__deepcopy__", "__setstate__"})


class Before:
    """The tensors of a call as they were before it."""

    __slots__ = ("lost", "requires_grad", "snapshots", "tensors", "versions")

    def __init__(self, tensors: list[torch.Tensor]) -> None:
        self.tensors: list[torch.Tensor] = []
        for tensor in tensors:
            if not any(tensor is other for other in self.tensors):
                self.tensors.append(tensor)
        self.versions = [None if tensor.is_inference() else tensor._version for tensor in self.tensors]
        self.requires_grad = [tensor.requires_grad for tensor in self.tensors]
        self.snapshots: dict[int, Wire] = {}

    def written(self) -> list[torch.Tensor]:
        """Those whose version moved."""
        return [
            tensor
            for tensor, version in zip(self.tensors, self.versions)
            if version is not None and tensor._version != version
        ]


class Operations:
    """Tells what ops did."""

    def __init__(self, reporter: Reporter, scopes: Scopes, graph: Graph) -> None:
        self._reporter = reporter
        self._identity = reporter.identity
        self._scopes = scopes
        self._graph = graph
        self._escapes = Escapes(reporter.identity)

    # --- before ----------------------------------------------------------------------------------

    def before(self, name: str, args: Any, kwargs: dict[str, Any], stack: Stack | None) -> Before:
        """Looks at what an op is given; with a stack, at all of it, since the op may write it."""
        found: list[torch.Tensor] = []
        tensors_in(args, found)
        if kwargs:
            tensors_in(kwargs, found)
        before = Before(found)
        if stack is not None:
            for tensor in before.tensors[:64]:
                before.snapshots[id(tensor)] = self._reporter.value(tensor, stack)
        return before

    # --- after -----------------------------------------------------------------------------------

    def told(self, name: str, args: Any, kwargs: dict[str, Any], before: Before, result: Any, stack: Stack) -> None:
        """Tells of a call that returned."""
        layer = layer_of(stack)
        known = constants(name, args, kwargs, layer)
        name = name_of_layer(layer) or name
        if last_part(name) in TO_NUMBER or last_part(name) in TO_ARRAY:
            self._told_escape(name, before, result, stack)
            return
        outputs: list[torch.Tensor] = []
        tensors_in(result, outputs)
        written = before.written()
        fresh: list[torch.Tensor] = []
        for output in outputs:
            if not any(output is other for other in before.tensors) and not any(output is other for other in fresh):
                fresh.append(output)
        if written:
            self._told_writes(name, before, written, outputs, stack, known)
        if name == "torch.Tensor.detach_":
            fresh = outputs
        if fresh:
            if name in COPIES_DATA or not before.tensors or ignores_values(name):
                for output in fresh:
                    self.told_created(name, output, () if ignores_values(name) else (args, kwargs), kwargs, stack)
            else:
                self._told_applied(name, before, fresh, stack, known)

    def told_raised(self, name: str, kwargs: dict[str, Any], before: Before, error: Exception, stack: Stack) -> None:
        """Tells of a call that PyTorch refused."""
        inputs = [self._wire(tensor, before, stack) for tensor in before.tensors]
        fields: dict[str, Any] = {
            "op": name_of_layer(layer_of(stack)) or name,
            "raised": str(error),
            "scope": self._scope(),
        }
        if before.tensors and writes_by_name(name, kwargs):
            out = kwargs.get("out")
            target = out if isinstance(out, torch.Tensor) else before.tensors[0]
            wire = self._wire(target, before, stack)
            others = [value for value in inputs if value[0] != wire[0]]
            version = self._identity.version(target, self._identity.storage(target))
            fields.update(target=wire, inputs=others, outputs=[wire], version=version, noticed=True)
            self._reporter.report(MUTATED, stack, fields)
        elif before.tensors and name not in COPIES_DATA and name != "torch.nn.Parameter":
            self._reporter.report(APPLIED, stack, {**fields, "inputs": inputs, "outputs": []})
        else:
            made = {"by": name, "inputs": inputs, "raised": str(error), **_explicit(kwargs)}
            self._reporter.report(CREATED, stack, made)

    def told_created(self, by: str, tensor: torch.Tensor, data: Any, kwargs: Mapping[str, Any], stack: Stack) -> int:
        """Tells of a tensor that starts without history, with the data it was copied from."""
        number = self._identity.next()
        found: list[torch.Tensor] = []
        tensors_in(data, found)
        wires = [self._reporter.value(item, stack) for item in found if item is not tensor]
        lost = any(item.requires_grad for item in found if item is not tensor)
        for wire, of_graph in self._escaped_in(data):
            wires.append(wire)
            lost = lost or of_graph
        self._identity.made(tensor, number)
        fields: dict[str, Any] = {"by": by, "value": self._reporter.value(tensor), "inputs": wires}
        fields.update(_explicit(kwargs), cut=CUT_REWRAP if lost else None)
        return self._reporter.report(CREATED, stack, fields, id=number)

    def told_replaced(self, before: Before, stack: Stack) -> None:
        """Tells of `t.data = other`: the tensor lies elsewhere now, and autograd does not know."""
        if not stack.user or is_building(stack) or not before.tensors:
            return
        target, *others = before.tensors
        wire = self._reporter.value(target, stack)
        version = self._identity.version(target, self._identity.storage(target))
        inputs = [self._wire(tensor, before, stack) for tensor in others]
        fields = {"op": "torch.Tensor.data", "target": wire, "outputs": [wire], "inputs": inputs}
        self._reporter.report(MUTATED, stack, {**fields, "version": version, "noticed": False})

    def _told_escape(self, name: str, before: Before, result: Any, stack: Stack) -> None:
        if not before.tensors:
            return
        lost = before.requires_grad[0]
        number = self._identity.next()
        output = self._escapes.note(result, number, lost)
        if output is None:
            return
        cut = CUT_NUMBER if last_part(name) in TO_NUMBER else CUT_NUMPY
        inputs = [self._reporter.value(before.tensors[0], stack)]
        fields = {"op": name, "inputs": inputs, "outputs": [output], "cut": cut if lost else None}
        self._reporter.report(APPLIED, stack, fields, id=number)

    def _told_applied(
        self, name: str, before: Before, outputs: list[torch.Tensor], stack: Stack, known: Constants
    ) -> None:
        inputs = [self._wire(tensor, before, stack) for tensor in before.tensors]
        any_grad = any(before.requires_grad)
        kept = [output for output in outputs if output.requires_grad or not any_grad]
        dropped = [output for output in outputs if not output.requires_grad and any_grad]
        storages = {self._identity.storage(tensor) for tensor in before.tensors if self._identity.is_silent(tensor)}
        for output in outputs:
            if name == "torch.Tensor.data" or (storages and self._identity.storage(output) in storages):
                self._identity.make_silent(output)
        if name == "torch.Tensor.data":
            self._identity.version(before.tensors[0], self._identity.storage(before.tensors[0]))
        # What lost its history is told apart from what kept it: `values, indices = x.max(0)`.
        groups: dict[str | None, tuple[int, list[torch.Tensor]]] = {}
        for output in [*kept, *dropped]:
            cut = None if any(output is other for other in kept) else self._cut(name, output)
            event, members = groups.setdefault(cut, (self._identity.next(), []))
            members.append(output)
            self._identity.made(output, event)
        everything = [*inputs, *(self._reporter.value(output) for output in outputs)]
        for cut, (event, members) in groups.items():
            wires = [self._reporter.value(output) for output in members]
            fields: dict[str, Any] = {"op": name, "inputs": inputs, "outputs": wires, "cut": cut}
            fields.update(scope=self._scope(), constants=known)
            if len(groups) > 1:
                fields["slots"] = [next(i for i, each in enumerate(outputs) if each is output) for output in members]
            fields.update(self._saved(event, members, everything))
            self._reporter.report(APPLIED, stack, fields, id=event)

    def _told_writes(
        self, name: str, before: Before, written: list[torch.Tensor], outputs: list[torch.Tensor], stack: Stack,
        known: Constants,
    ) -> None:  # fmt: skip
        by_storage: dict[int | None, torch.Tensor] = {}
        for tensor in [*(out for out in outputs if any(out is w for w in written)), *written]:
            by_storage.setdefault(self._identity.storage(tensor), tensor)
        owners = [self._identity.owner_of_grad(tensor) for tensor in by_storage.values()]
        if last_part(name) in ("zero_", "_foreach_zero_") and all(owner is not None for owner in owners):
            self._reporter.report(CLEARED, stack, {"parameters": owners, "by": "tensor"})
            return
        others = [tensor for tensor in before.tensors if not any(tensor is item for item in written)]
        inputs = [self._wire(tensor, before, stack) for tensor in others]
        any_grad = any(
            grad and any(tensor is other for other in others)
            for tensor, grad in zip(before.tensors, before.requires_grad)
        )
        is_buffer = not any(out is w for out in outputs for w in written) and bool(outputs)
        for target in by_storage.values():
            self._told_write(
                name, target, before, [] if is_buffer else inputs, any_grad and not is_buffer, stack, known
            )

    def _told_write(
        self, name: str, target: torch.Tensor, before: Before, inputs: list[Wire], any_grad: bool, stack: Stack,
        known: Constants,
    ) -> None:  # fmt: skip
        number = self._identity.next()
        wire = self._wire(target, before, stack)
        silent = self._identity.is_silent(target)
        storage = self._identity.storage(target)
        version = self._identity.version(target, storage)
        fields: dict[str, Any] = {"op": name, "target": wire, "inputs": inputs, "version": version}
        fields.update(noticed=not silent, constants=known)
        if (target.requires_grad and is_recording()) or not target.requires_grad:
            self._identity.wrote(target, number)
        cut = self._cut(name, target) if any_grad and not target.requires_grad else None
        after = self._reporter.value(target, name=wire[7])  # type: ignore[arg-type]
        fields.update(outputs=[after], scope=self._scope(), cut=cut)
        fields.update(self._saved(number, [target], [*inputs, after]))
        self._reporter.report(MUTATED, stack, fields, id=number)

    # --- details -----------------------------------------------------------------------------------

    def _wire(self, tensor: torch.Tensor, before: Before, stack: Stack) -> Wire:
        return before.snapshots.get(id(tensor)) or self._reporter.value(tensor, stack)

    def _scope(self) -> int | None:
        return None if is_recording() else self._scopes.current

    def _cut(self, name: str, output: torch.Tensor) -> str:
        if name in DETACHING:
            return CUT_DETACH
        can_require = output.dtype.is_floating_point or output.dtype.is_complex
        return CUT_GRAD_MODE if can_require and not is_recording() else CUT_NOT_DIFFERENTIABLE

    def _saved(self, event: int, outputs: list[torch.Tensor], known: list[Wire]) -> dict[str, Any]:
        """What the new nodes keep, as far as the user can reach it, and whether they keep anything at all."""
        nodes = list(self._graph.new_nodes(outputs, event))
        if not nodes:
            return {"keeps": False}
        if hooks_are_set():
            return {"keeps": None}
        saved: list[list[object]] = []
        keeps = False
        for node in nodes:
            for what, tensor in self._graph.saved(node):
                keeps = True
                storage = self._identity.storage(tensor)
                shape = list(tensor.shape)
                same = [value for value in known if value[5] == storage and storage is not None]
                if same:
                    value = next((item for item in same if item[4] == shape), same[0])
                    saved.append([value, storage, 0 if tensor.is_inference() else tensor._version, what])
        return {"saved": saved, "keeps": keeps}

    def _escaped_in(self, data: Any, depth: int = 3) -> list[tuple[Wire, bool]]:
        found = self._escapes.find(data)
        if found is not None:
            return [found]
        if depth and isinstance(data, (list, tuple)):
            parts = [part for item in data[:1024] for part in self._escaped_in(item, depth - 1)]
        elif depth and isinstance(data, dict):
            parts = [part for item in data.values() for part in self._escaped_in(item, depth - 1)]
        else:
            return []
        unique = {wire[0]: (wire, of_graph) for wire, of_graph in parts}
        return list(unique.values())


def layer_of(stack: Stack) -> torch.nn.Module | None:
    """The layer where the op is the work of a built-in layer's forward."""
    if not stack.library:
        return None
    for frame in stack.library[:3]:
        code = frame.f_code
        if code.co_name == "forward" and code.co_filename.startswith(_LAYERS):
            layer = frame.f_locals.get("self")
            if isinstance(layer, torch.nn.Module) and name_of_layer(layer) is not None:
                return layer
    return None


def name_of_layer(layer: torch.nn.Module | None) -> str | None:
    """`torch.nn.Linear` for a linear layer and for what is derived from it."""
    kinds = (kind for kind in type(layer).__mro__ if kind.__module__.startswith("torch.nn.modules."))
    return next((f"torch.nn.{kind.__name__}" for kind in kinds), None)


def is_building(stack: Stack) -> bool:
    """Whether a library sets up, moves or copies modules: what it does to tensors then is not the user's doing."""
    return any(
        frame.f_code.co_name in _BUILDING and frame.f_code.co_filename.startswith(_TORCH) for frame in stack.library
    )


def _explicit(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    flag = kwargs.get("requires_grad")
    return {"explicit": flag if isinstance(flag, bool) else None}
