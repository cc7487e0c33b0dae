"""The public callables of PyTorch, each under its dotted name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional
from torch.overrides import resolve_name


def words(text: str) -> frozenset[str]:
    """Names, as prose writes them: with spaces between."""
    return frozenset(text.split())


NAMESPACES = {
    "torch": torch,
    "torch.Tensor": torch.Tensor,
    "torch.nn.functional": torch.nn.functional,
    "torch.linalg": torch.linalg,
    "torch.special": torch.special,
    "torch.fft": torch.fft,
}

# Attributes of a tensor that are ops: they are asked like a method without arguments.
PROPERTIES = ("T", "mT", "H", "mH", "real", "imag", "data")

# The op whose samples suit an operator method.
OPERATORS = {
    "truediv": "div",
    "div": "div",
    "floordiv": "floor_divide",
    "mod": "remainder",
    "and": "bitwise_and",
    "or": "bitwise_or",
    "xor": "bitwise_xor",
    "lshift": "bitwise_left_shift",
    "rshift": "bitwise_right_shift",
    "invert": "bitwise_not",
}
_ARITHMETIC = words("add sub mul div truediv floordiv mod pow and or xor lshift rshift")
# Operators with the operands swapped (``__radd__``) and in place (``__iadd__``).
PREFIXED = {prefix + name for prefix in "ri" for name in _ARITHMETIC} | {"rmatmul"}

# What no sample can measure: it reaches outside, builds other things, or is no op.
NOT_OPS = words(
    "apply_ backward compile cond get_device has_names import_ir_module is_tensor load manual_seed map2_ map_ "
    "pin_memory refine_names register_hook register_post_accumulate_grad_hook rename rename_ retain_grad save "
    "seed set_ share_memory share_memory_ storage typename untyped_storage vmap while_loop"
)


def base(name: str) -> str:
    """Under which name the samples of a callable are kept: ``__iadd__``, ``add_`` and ``add`` share ``add``."""
    last = name.rpartition(".")[2]
    if last.startswith("__") and last.endswith("__"):
        inner = last.strip("_")
        if inner in PREFIXED:
            inner = inner[1:]
        return OPERATORS.get(inner, inner)
    return last[:-1] if last.endswith("_") else last


# Functions outside of these namespaces that stand in training code beside the ops.
OTHERS: dict[str, Callable[..., Any]] = {
    **{f"torch.nn.init.{name}": getattr(torch.nn.init, name) for name in dir(torch.nn.init) if name.endswith("_")},
    "torch.nn.utils.rnn.pad_sequence": torch.nn.utils.rnn.pad_sequence,
    "torch.nn.utils.rnn.pack_padded_sequence": torch.nn.utils.rnn.pack_padded_sequence,
    "torch.nn.utils.parameters_to_vector": torch.nn.utils.parameters_to_vector,
    "torch.nn.Parameter": torch.nn.Parameter,
    "torch.nn.parameter.Parameter": torch.nn.Parameter,
    "torch.autograd.Variable": torch.autograd.Variable,
}


def callables() -> dict[str, Callable[..., Any]]:
    """Every public function, method, operator and property that may be an op."""
    found: dict[str, Callable[..., Any]] = {}
    for namespace, owner in NAMESPACES.items():
        for name in sorted(dir(owner)):
            operator = namespace == "torch.Tensor" and name.startswith("__") and name.endswith("__")
            if (name.startswith("_") and not operator) or name in NOT_OPS:
                continue
            value = getattr(owner, name, None)
            if callable(value) and not isinstance(value, type):
                found[f"{namespace}.{name}"] = value
    for name in PROPERTIES:
        found[f"torch.Tensor.{name}"] = _getter(name)
    return found | OTHERS


def _getter(name: str) -> Callable[[torch.Tensor], Any]:
    def get(self: torch.Tensor) -> Any:
        return getattr(self, name)

    return get


def public_name(function: Callable[..., Any]) -> str | None:
    """The dotted name of a function that a `TorchFunctionMode` saw."""
    name = resolve_name(function)
    if name is None:
        return None
    name = name.removesuffix(".__get__").replace("torch.functional.", "torch.")
    return name if name.rpartition(".")[0] in NAMESPACES else None
