"""The graph behind a tensor: which nodes an op added, what they saved, and which of it was changed since."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

import torch

from .identity import Identity

_KEY = f"gradsight {os.getpid()}"
"""Under this key a node's own dictionary holds the event that made it, and whether what it saved may be read
without calling anybody: no table, nothing kept alive."""

_MOST_NODES = 100_000


class Graph:
    """Reads grad_fn nodes. Reading a saved tensor runs PyTorch's own version check."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._attributes: dict[type, tuple[str, ...]] = {}

    def new_nodes(self, outputs: Iterable[torch.Tensor], event: int) -> Iterator[Any]:
        """The nodes that no earlier event claimed; claims them for `event`."""
        waiting = [tensor.grad_fn for tensor in outputs if tensor.grad_fn is not None]
        seen, readable = 0, not hooks_are_set()
        while waiting and seen < _MOST_NODES:
            node = waiting.pop()
            try:
                notes = node.metadata
            except (AttributeError, RuntimeError):
                continue
            if _KEY in notes or node.name().endswith("AccumulateGrad"):
                continue
            notes[_KEY] = event, readable
            seen += 1
            yield node
            waiting.extend(following for following, _ in node.next_functions if following is not None)

    def saved(self, node: Any) -> Iterator[tuple[str, torch.Tensor]]:
        """What a node saved, by PyTorch's word for it. To be asked only while no hooks are set."""
        for attribute in self._names(node):
            try:
                item = getattr(node, attribute)
            except Exception:
                continue
            what = attribute[len("_saved_") :] if attribute != "saved_tensors" else "saved"
            if isinstance(item, torch.Tensor):
                yield what, item
            elif isinstance(item, (list, tuple)):
                for part in item:
                    if isinstance(part, torch.Tensor):
                        yield what, part

    def changed(self, roots: Iterable[torch.Tensor]) -> tuple[int, str] | None:
        """The event whose saved tensor was written since, and the word for that tensor, of the node that fails first"""
        found: list[tuple[int, int, str]] = []
        waiting = [tensor.grad_fn for tensor in roots if tensor.grad_fn is not None]
        seen: set[Any] = set()
        while waiting and len(seen) < _MOST_NODES:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            event, readable = node.metadata.get(_KEY, (0, False))
            what = self._broken(node) if readable else None
            if what is not None:
                found.append((node._sequence_nr(), event, what))
            waiting.extend(following for following, _ in node.next_functions if following is not None)
        if not found:
            return None
        _, event, what = max(found)
        return event, what

    def _broken(self, node: Any) -> str | None:
        for attribute in self._names(node):
            try:
                getattr(node, attribute)
            except RuntimeError as error:
                if "modified by an inplace operation" in str(error):
                    return attribute[len("_saved_") :] if attribute != "saved_tensors" else "saved"
            except Exception:
                continue
        return None

    def _names(self, node: Any) -> tuple[str, ...]:
        kind = type(node)
        names = self._attributes.get(kind)
        if names is None:
            names = tuple(name for name in dir(kind) if name.startswith("_saved_"))
            if isinstance(node, torch._C._FunctionBase):
                names = ("saved_tensors",)
            self._attributes[kind] = names
        return names


def hooks_are_set() -> bool:
    """Whether saved tensors go through somebody's hooks (checkpointing, offloading), which reading them would call."""
    top = getattr(torch._C._autograd, "_top_saved_tensors_default_hooks", None)
    return top is None or top(True) is not None
