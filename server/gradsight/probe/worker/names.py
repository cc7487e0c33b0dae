"""How the user calls a tensor: the variables of the running function, `self.weight`, `model.linear.weight`."""

from __future__ import annotations

import weakref
from types import FrameType, ModuleType
from typing import Any

import torch

from .identity import Identity

_MOST_SEARCHES = 4
"""How often a parameter is looked for that no module in sight has."""


class Names:
    """Finds the name of a tensor as it would be written in a frame."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._tables: dict[int, tuple[weakref.ref[Any], dict[int, str]]] = {}
        self._searches: dict[int, int] = {}

    def of(self, tensor: torch.Tensor, frame: FrameType, deep: bool = False) -> str | None:
        """The name, or None if nothing in sight holds the tensor; `deep` looks into all objects, which is dear."""
        spaces = [frame.f_locals]
        if frame.f_globals is not frame.f_locals:
            spaces.append(frame.f_globals)
        for space in spaces:
            for name, item in space.items():
                if item is tensor and not name.startswith("__"):
                    return name
        for space in spaces:
            holders = list(space.items()) if deep else [("self", space.get("self"))]
            for holder_name, holder in holders:
                if isinstance(holder, (type, ModuleType)) or holder_name.startswith("__"):
                    continue
                for name, item in getattr(holder, "__dict__", {}).items():
                    if item is tensor:
                        return f"{holder_name}.{name}"
        if tensor.is_leaf and (tensor.requires_grad or isinstance(tensor, torch.nn.Parameter)):
            return self._in_modules(tensor, spaces)
        return None

    def _in_modules(self, tensor: torch.Tensor, spaces: list[dict[str, Any]]) -> str | None:
        number = self._identity.number(tensor)
        modules = [
            (name, item)
            for space in spaces
            for name, item in space.items()
            if isinstance(item, torch.nn.Module) and not name.startswith("__")
        ]
        for anew in (False, True):
            for name, module in modules:
                inner = self._table(module, anew).get(number)
                if inner is not None:
                    return f"{name}.{inner}"
            # The module may have got the parameter since it was last looked at; but that is dear.
            self._searches[number] = self._searches.get(number, 0) + 1
            if self._searches[number] > _MOST_SEARCHES:
                return None
        return None

    def _table(self, module: torch.nn.Module, anew: bool) -> dict[int, str]:
        entry = self._tables.get(id(module))
        if entry is not None and entry[0]() is module and not anew:
            return entry[1]
        try:
            found = {self._identity.number(parameter): name for name, parameter in module.named_parameters()}
        except Exception:
            found = {}  # a module whose own __init__ is not through, or that overrides this
        self._tables[id(module)] = (weakref.ref(module), found)
        return found
