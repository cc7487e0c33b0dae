"""What shape an op's result has, as far as it is certain.

A size that is not certain is None, and so is a shape of which not even the rank is certain: whoever asks wants to
know whether a result has exactly one element, and a wrong answer would make a false alarm.

>>> result_shape("torch.Tensor.sum", [Sized((None, 3))], {"dim": 0})
(3,)
>>> result_shape("torch.Tensor.__add__", [Sized((2, 1)), Sized((None,))], {})
(2, None)
>>> result_shape("torch.nn.functional.mse_loss", [Sized(None), Sized(None)], {})
()
>>> module_shape("torch.nn.Linear", [3, 5], {}, [Sized((None, 3))])
(None, 5)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from gradsight.static.shapes import (
    decompositions,
    elementwise,
    factories,
    indexing,
    joining,
    losses,
    products,
    reductions,
    views,
    windows,
)
from gradsight.static.shapes.arguments import (
    NUMBER,
    UNKNOWN,
    Answer,
    Argument,
    Call,
    Listed,
    Number,
    Rule,
    Sized,
    Slice,
    Unknowable,
    Unknown,
)
from gradsight.static.shapes.modules import shape_of_module

__all__ = [
    "NUMBER",
    "UNKNOWN",
    "Answer",
    "Argument",
    "Listed",
    "Number",
    "Sized",
    "Slice",
    "Unknown",
    "module_shape",
    "result_shape",
]

_RULES: Final[dict[str, Rule]] = {
    **decompositions.RULES,
    **elementwise.RULES,
    **factories.RULES,
    **indexing.RULES,
    **joining.RULES,
    **losses.RULES,
    **products.RULES,
    **reductions.RULES,
    **views.RULES,
    **windows.RULES,
}

_IN_PLACE_AND_RESHAPED: Final = frozenset(
    ["as_strided_", "squeeze_", "swapaxes_", "swapdims_", "t_", "transpose_", "unsqueeze_"],
)
"""These in-place ops give their tensor another shape, that of the function of the same name."""

_SHAPE_REPLACED: Final = frozenset({"set_", "resize_", "resize_as_", "swap_tensors_"})


def result_shape(name: str, arguments: Sequence[Argument], keywords: Mapping[str, Argument]) -> Answer:
    """The shape of what a call of the public dotted `name` gives; of a method, the first argument is the tensor.

    Where the result consists of several tensors there is one shape for each, in order, and the first of them is of
    known rank; a flat tuple even where PyTorch nests them.
    """
    key = name.removeprefix("torch.").removeprefix("Tensor.").removeprefix("functional.")
    rule = _RULES.get(key) or _RULES.get(key.removesuffix("_copy")) or _in_place(key)
    if rule is None:
        return None
    try:
        return rule(Call.of(tuple(arguments), keywords))
    except Unknowable:
        return None


def module_shape(
    type: str,
    arguments: Sequence[Argument],
    keywords: Mapping[str, Argument],
    inputs: Sequence[Argument],
    named_inputs: Mapping[str, Argument] | None = None,
) -> Answer:
    """The shape of what a module of `torch.nn` gives for `inputs`, if it was built with these arguments."""
    where, _, name = type.rpartition(".")
    if where != "torch.nn" and not where.startswith("torch.nn.modules."):
        return None
    try:
        return shape_of_module(name, tuple(arguments), keywords, tuple(inputs), named_inputs or {})
    except Unknowable:
        return None


def _in_place(key: str) -> Rule | None:
    """An op that writes into its first argument leaves its shape as it is, with few exceptions."""
    where, _, name = key.rpartition(".")
    if name.startswith("__i") and name.endswith("__"):
        plain = _RULES.get(f"__{name[3:]}")
        return None if plain is None else _augmented(plain)
    if not name.endswith("_") or name.endswith("__") or where not in ("", "nn.functional", "nn.init"):
        return None
    if name in _IN_PLACE_AND_RESHAPED:
        return _RULES.get(name[:-1])
    return None if name in _SHAPE_REPLACED else elementwise.same


def _augmented(plain: Rule) -> Rule:
    def rule(call: Call) -> Answer:
        # `number += tensor` falls back to what `number + tensor` gives.
        return elementwise.same(call) if isinstance(call.get(0), Sized) else plain(call)

    return rule
