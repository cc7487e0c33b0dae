"""Something that can be called again and again on fresh copies of the same tensors: an op or a module.

The oracle asks a subject for a `Run` with certain slots requiring grad; every run starts from equal
values, so that runs differ only in that mask and in what the oracle does to them.
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch

from gradsight.autograd.op_facts_types import NUMBER, OTHER, ArgKind, Form, literal
from gradsight.autograd.values import Kind


@dataclass
class Run:
    """One prepared call."""

    tensors: dict[str, torch.Tensor]
    """What is passed, by slot; a tensor of a sequence has the slot ``name#0``."""
    leaves: dict[str, torch.Tensor]
    """The leaves behind the slots that require grad: there the gradient arrives."""
    call: Callable[[], Any]


class Subject(Protocol):
    """What the oracle measures."""

    categories: Mapping[str, ArgKind]
    """What each parameter was given, for the decision tree."""

    def slots(self) -> dict[str, torch.Tensor]:
        """The tensors of the call as they are, without copies."""

    def run(self, mask: frozenset[str], leaf: bool = False, change: Change | None = None) -> Run:
        """Prepares a call in which the slots of `mask` require grad; as leaves themselves if asked for."""

    def with_numbers(self, of: type, change: Callable[[Any], Any]) -> tuple[Subject, list[str]] | None:
        """The same with other values for the numbers of one type, and which parameters those are; None without any."""


Change = Callable[[str, torch.Tensor], torch.Tensor]
"""Gives another tensor for a slot: another dtype, other values, another layout."""


def group_of(slot: str) -> str:
    """Parts of a module that its construction numbers are one slot, and so are all parts of inner modules.

    ``param:weight_ih_l0_reverse`` belongs to ``param:weight_ih_l*``, ``param:layers.0.norm1.weight`` to ``param:*``.
    """
    kind, colon, name = slot.partition(":")
    return kind + colon + part_pattern(name) if kind in ("param", "buffer") and colon else slot


def part_pattern(name: str) -> str:
    """The name of a parameter or buffer, without what depends on numbers given to the constructor."""
    return "*" if "." in name else re.sub(r"_l\d+(_reverse)?$", "_l*", name)


def kind_of(value: object) -> ArgKind:
    """What a caller who writes this value knows of it."""
    if isinstance(value, torch.Tensor):
        return ArgKind(Form.TENSOR, dtype_kind(value.dtype))
    if isinstance(value, torch.dtype):
        return ArgKind(Form.DTYPE, dtype_kind(value))
    if value is Ellipsis or isinstance(value, slice):
        return ArgKind(Form.INDEX)
    if (
        isinstance(value, tuple)
        and value
        and all(isinstance(part, int | slice) or part in (None, ...) for part in value)
    ):
        sizes = all(isinstance(part, int) for part in value)
        return ArgKind(Form.OTHER if sizes else Form.INDEX)
    if isinstance(value, list | tuple) and (found := [t for _, t in walk("", value)]):
        return ArgKind(Form.TENSORS, dtype_kind(found[0].dtype))
    if isinstance(value, complex) and not isinstance(value, int | float):
        return NUMBER
    try:
        return literal(value)
    except TypeError:
        return OTHER


def dtype_kind(dtype: torch.dtype) -> Kind:
    if dtype.is_complex:
        return Kind.COMPLEX
    if dtype.is_floating_point:
        return Kind.FLOAT
    return Kind.BOOLEAN if dtype is torch.bool else Kind.INTEGER


def walk(name: str, value: object) -> Iterator[tuple[str, torch.Tensor]]:
    """The tensors in an argument, each with its slot."""
    if isinstance(value, torch.Tensor):
        yield name, value
    elif isinstance(value, list | tuple) and not isinstance(value, torch.Size):
        for index, item in enumerate(value):
            for _, tensor in walk(name, item):
                yield f"{name}#{index}", tensor


def rebuild(name: str, value: object, tensors: Mapping[str, torch.Tensor]) -> object:
    """The same argument with other tensors; sequences keep their type."""
    if isinstance(value, torch.Tensor):
        return tensors[name]
    if isinstance(value, list | tuple) and any(True for _ in walk(name, value)):
        items = [rebuild(f"{name}#{i}", item, tensors) for i, item in enumerate(value)]
        return type(value)(items) if type(value) in (list, tuple) else tuple(items)
    return value


def fresh(tensor: torch.Tensor, requires_grad: bool, leaf: bool) -> tuple[torch.Tensor, torch.Tensor | None]:
    """A copy to pass, and the leaf behind it; what is passed is no leaf, so that in-place ops may write to it."""
    copied = tensor.detach().clone()
    if not requires_grad:
        return copied, None
    copied.requires_grad_()
    return (copied if leaf else copied.clone()), copied


@dataclass
class OpCall:
    """A call of a function on given arguments."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    parameters: tuple[str, ...]
    """The parameter that each positional argument is bound to."""
    categories: Mapping[str, ArgKind] = field(default_factory=dict)

    def _named(self) -> list[tuple[str, Any]]:
        seen: dict[str, int] = {}
        named = []
        for parameter, value in zip(self.parameters, self.args, strict=True):
            repeated = self.parameters.count(parameter) > 1
            seen[parameter] = seen.get(parameter, -1) + 1
            named.append((f"{parameter}#{seen[parameter]}" if repeated else parameter, value))
        return named

    def slots(self) -> dict[str, torch.Tensor]:
        return {
            slot: tensor for name, value in [*self._named(), *self.kwargs.items()] for slot, tensor in walk(name, value)
        }

    def run(self, mask: frozenset[str], leaf: bool = False, change: Change | None = None) -> Run:
        tensors: dict[str, torch.Tensor] = {}
        leaves: dict[str, torch.Tensor] = {}
        for slot, tensor in self.slots().items():
            tensors[slot], behind = fresh(change(slot, tensor) if change else tensor, slot in mask, leaf)
            if behind is not None:
                leaves[slot] = behind
        args = [rebuild(name, value, tensors) for name, value in self._named()]
        kwargs = {name: rebuild(name, value, tensors) for name, value in self.kwargs.items()}
        return Run(tensors, leaves, lambda: self.function(*args, **kwargs))

    def with_numbers(self, of: type, change: Callable[[Any], Any]) -> tuple[Subject, list[str]] | None:
        def fits(value: object) -> bool:
            return type(value) is of and math.isfinite(value)

        named = [*zip(self.parameters, self.args, strict=True), *self.kwargs.items()]
        changed = [name for name, value in named if fits(value)]
        if not changed:
            return None
        args = tuple(change(value) if fits(value) else value for value in self.args)
        kwargs = {name: change(value) if fits(value) else value for name, value in self.kwargs.items()}
        return OpCall(self.function, args, kwargs, self.parameters, self.categories), changed


@dataclass
class ModuleCall:
    """A call of a module; its parameters and buffers are slots beside the inputs."""

    module: torch.nn.Module
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    parameters: tuple[str, ...]
    categories: Mapping[str, ArgKind] = field(default_factory=dict)

    def _parts(self, module: torch.nn.Module) -> dict[str, torch.Tensor]:
        found = {f"param:{name}": tensor for name, tensor in module.named_parameters()}
        found.update({f"buffer:{name}": tensor for name, tensor in module.named_buffers()})
        return {slot: tensor for slot, tensor in found.items() if not torch.nn.parameter.is_lazy(tensor)}

    def _inputs(self) -> OpCall:
        return OpCall(self.module, self.args, self.kwargs, self.parameters)

    def slots(self) -> dict[str, torch.Tensor]:
        return self._inputs().slots() | self._parts(self.module)

    def run(self, mask: frozenset[str], leaf: bool = False, change: Change | None = None) -> Run:
        module = copy.deepcopy(self.module)
        inputs = self._inputs()
        inputs.function = module
        run = inputs.run(mask, leaf, change)
        for slot, tensor in self._parts(module).items():
            if change is not None and slot.startswith("param:"):
                with torch.no_grad():
                    changed = change(slot, tensor.detach())
                    if changed.dtype == tensor.dtype:
                        tensor.copy_(changed)
            if slot.startswith("param:"):
                tensor.requires_grad_(slot in mask)
            run.tensors[slot] = tensor
            if slot in mask:
                run.leaves[slot] = tensor
        return run

    def with_numbers(self, of: type, change: Callable[[Any], Any]) -> tuple[Subject, list[str]] | None:
        return None
