"""Numbers for tensors and storages, and who made them. A number is never given twice, and nothing is kept alive."""

from __future__ import annotations

import weakref
from typing import Any

import torch
from torch.multiprocessing.reductions import StorageWeakRef

_SWEEP_FROM = 4096


class Identity:
    """Who is who, and which event last made or wrote each."""

    def __init__(self) -> None:
        self._last = 0
        self._numbers: dict[int, tuple[weakref.ref[Any], int]] = {}
        self._made_by: dict[int, int] = {}
        self._silent: set[int] = set()
        # A weak reference keeps the address of a freed storage from being reused until it is swept.
        self._storages: dict[int, tuple[StorageWeakRef, int]] = {}
        self._versions: dict[int, int] = {}
        self._grad_of: dict[int, int] = {}
        self._sweep_at = _SWEEP_FROM

    def next(self) -> int:
        """A new number; values, storages, optimizers and events draw from one sequence."""
        self._last += 1
        return self._last

    def known(self, item: object) -> int | None:
        """The number of an object that was seen before."""
        entry = self._numbers.get(id(item))
        return entry[1] if entry is not None else None

    def number(self, item: object) -> int:
        """The number of a tensor, array or optimizer."""
        key = id(item)
        entry = self._numbers.get(key)
        if entry is not None:
            return entry[1]
        number = self.next()

        def forget(_: object) -> None:
            self._numbers.pop(key, None)
            self._made_by.pop(number, None)
            self._silent.discard(number)

        self._numbers[key] = (weakref.ref(item, forget), number)
        return number

    def storage(self, tensor: torch.Tensor) -> int | None:
        """The number of the memory a tensor lies in; None for tensors without ordinary memory."""
        try:
            storage = tensor.untyped_storage()
            key = storage._cdata
        except (RuntimeError, NotImplementedError, AttributeError):
            return None
        entry = self._storages.get(key)
        if entry is None:
            if len(self._storages) >= self._sweep_at:
                self._sweep()
            entry = self._storages[key] = (StorageWeakRef(storage), self.next())
        return entry[1]

    def _sweep(self) -> None:
        for key in [key for key, (weak, _) in self._storages.items() if weak.expired()]:
            _, number = self._storages.pop(key)
            self._versions.pop(number, None)
            self._grad_of.pop(number, None)
        self._sweep_at = max(_SWEEP_FROM, 2 * len(self._storages))

    # --- who made it ---------------------------------------------------------------------------

    def made(self, item: object, event: int) -> None:
        """Notes that `event` made this very object."""
        self._made_by[self.number(item)] = event

    def wrote(self, tensor: torch.Tensor, event: int) -> None:
        """Notes that `event` wrote this tensor, and with it every view of the same base."""
        self._made_by[self.number(tensor)] = event
        if tensor._base is not None:
            self._made_by[self.number(tensor._base)] = event

    def made_by(self, tensor: torch.Tensor) -> int | None:
        """The event that made a tensor or last wrote it, be it through another view."""
        own = self._made_by.get(self.number(tensor))
        base = tensor._base
        of_base = self._made_by.get(self.known(base) or 0) if base is not None else None
        # A base is older than its views, so that only a write can make it the newer one.
        return own if own is None or of_base is None else max(own, of_base)

    # --- versions ------------------------------------------------------------------------------

    def version(self, tensor: torch.Tensor, storage: int | None) -> int:
        """The version of the memory, as autograd counts it; writes through silent objects do not count."""
        if self.is_silent(tensor) or tensor.is_inference():
            return self._versions.get(storage or 0, 0)
        version: int = tensor._version
        if storage is not None:
            self._versions[storage] = version
        return version

    def is_silent(self, tensor: torch.Tensor) -> bool:
        """Whether autograd does not notice writes through this object (it came from `.data`)."""
        return (self.known(tensor) or 0) in self._silent

    def make_silent(self, tensor: torch.Tensor) -> None:
        """Notes an object through which writes go unnoticed."""
        self._silent.add(self.number(tensor))

    # --- gradients -----------------------------------------------------------------------------

    def is_grad_of(self, grad: torch.Tensor, owner: int) -> None:
        """Notes whose `.grad` this is."""
        storage = self.storage(grad)
        if storage is not None:
            self._grad_of[storage] = owner

    def owner_of_grad(self, tensor: torch.Tensor) -> int | None:
        """The number of the tensor whose `.grad` lies in the same memory."""
        storage = self.storage(tensor)
        return self._grad_of.get(storage) if storage is not None else None
