"""Setting all values of a tensor: the initialisers of `torch.nn.init`, and states that are loaded."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from gradsight.autograd.fill_events import Filled
from gradsight.static.objects import UNKNOWN, Arguments, Const, Object, Tensor
from gradsight.static.walker import Walker

_NUMBERS = {"torch.nn.init.zeros_": 0.0, "torch.nn.init.ones_": 1.0}


def initialise(w: Walker, node: ast.AST, name: str, arguments: Arguments) -> Object:
    """`nn.init.zeros_(t)` and its like: they give the tensor back."""
    tensor = arguments.get(0, "tensor")
    if isinstance(tensor, Tensor) and name.endswith("_"):
        number = _NUMBERS.get(name)
        wanted = arguments.get(1, "val")
        if name.endswith(".constant_") and isinstance(wanted, Const) and isinstance(wanted.value, int | float):
            number = float(wanted.value)
        w.record(Filled, node, value=w.state.value(tensor), by=name, number=number)
    return tensor or UNKNOWN


def load(w: Walker, node: ast.AST, parameters: Iterable[Tensor]) -> None:
    """`module.load_state_dict(...)`: its parameters hold what nobody knows."""
    for tensor in parameters:
        w.record(Filled, node, value=w.state.value(tensor), by="torch.nn.Module.load_state_dict")
