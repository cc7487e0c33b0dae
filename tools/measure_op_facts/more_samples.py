"""Calls that the operator database lacks, by the name under which samples are kept.

Each entry is a function, so that the tensors of all of them are made from the same seed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

Call = tuple[tuple[Any, ...], dict[str, Any]]


def t(*sizes: int) -> torch.Tensor:
    """Positive values, so that powers and logarithms are defined."""
    return torch.rand(sizes or (2, 3), dtype=torch.float64) + 0.5


def unary() -> list[Call]:
    return [((t(),), {})]


def binary() -> list[Call]:
    return [((t(), t()), {}), ((t(), 2.5), {}), ((t(), 2), {})]


MORE: dict[str, Callable[[], list[Call]]] = {
    "pow": binary,
    "T": unary,
    "H": unary,
    "mT": unary,
    "mH": unary,
    "data": unary,
    "detach": unary,
    "neg": unary,
    "pos": unary,
    "abs": unary,
    "reversed": unary,
}
