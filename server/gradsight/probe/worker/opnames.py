"""What the functions that PyTorch shows us are called in public, and which of them are special."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch.overrides import get_overridable_functions, resolve_name

Func = Callable[..., Any]

TO_NUMBER = frozenset({"item", "tolist", "__float__", "__int__", "__complex__", "__index__"})
TO_ARRAY = frozenset({"numpy", "__array__"})
DETACHING = frozenset(
    {"torch.Tensor.detach", "torch.Tensor.detach_", "torch.detach", "torch.detach_", "torch.Tensor.data"}
)
COPIES_DATA = frozenset({"torch.tensor", "torch.as_tensor", "torch.asarray", "torch.Tensor.new_tensor"})
"""Factories whose argument is data to copy; where it is a tensor, its history stays behind."""

_IGNORES_VALUES = ("_like", "new_zeros", "new_ones", "new_empty", "new_full", "new_empty_strided")
"""Factories that take only form and dtype from the tensor they are given."""

_MODULES = {
    "torch._C._nn": "torch.nn.functional",
    "torch._C._linalg": "torch.linalg",
    "torch._C._special": "torch.special",
    "torch._C._fft": "torch.fft",
    "torch.functional": "torch",
}


get_overridable_functions()  # fills PyTorch's table of names while nobody waits
# Without its wrapper, which touches the warning filters at every call, upon which Python shows old warnings again.
_RESOLVE = inspect.unwrap(resolve_name)


class OpNames:
    """Public dotted names, looked up once per function."""

    def __init__(self) -> None:
        self._names: dict[Func, str] = {}

    def of(self, func: Func) -> str:
        """`torch.exp`, `torch.Tensor.mul`, `torch.Tensor.grad` for reading the property."""
        try:
            name = self._names.get(func)
        except TypeError:
            return _plain(func)
        if name is None:
            name = self._names[func] = _public(func)
        return name


def _public(func: Func) -> str:
    try:
        name = _RESOLVE(func)
    except Exception:
        name = None
    if not name:
        return _plain(func)
    if name.endswith((".__get__", ".__set__")):
        return str(name[: -len(".__get__")])
    return str(name)


def _plain(func: Func) -> str:
    module = getattr(func, "__module__", None) or "torch"
    name = getattr(func, "__name__", None) or type(func).__name__
    return f"{_MODULES.get(module, module)}.{name}"


def last_part(name: str) -> str:
    """`mul` of `torch.Tensor.mul`."""
    return name.rpartition(".")[2]


def ignores_values(name: str) -> bool:
    """Whether the op makes a new tensor in which no value of its tensor arguments appears."""
    return last_part(name).endswith(_IGNORES_VALUES)


def writes_by_name(name: str, keywords: dict[str, Any]) -> bool:
    """Whether a call that failed would have written in place."""
    last = last_part(name)
    if last == "__setitem__" or keywords.get("inplace") is True or keywords.get("out") is not None:
        return True
    if last.startswith("__"):
        return last.startswith("__i") and last not in ("__invert__", "__int__", "__index__", "__iter__")
    return last.endswith("_") and last not in ("requires_grad_", "detach_")


def tensors_in(item: Any, found: list[Any], depth: int = 4) -> None:
    """Appends the tensors in an argument or result, looking into containers."""
    if isinstance(item, torch.Tensor):
        found.append(item)
    elif depth and type(item) is not str:
        if isinstance(item, (list, tuple)):
            for part in item[:4096]:
                tensors_in(part, found, depth - 1)
        elif isinstance(item, dict):
            for part in item.values():
                tensors_in(part, found, depth - 1)
