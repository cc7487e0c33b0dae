"""Ops that make each element of one tensor by a function of numbers, as that function."""

from __future__ import annotations

from collections.abc import Callable

from gradsight.autograd.edges import constant, short
from gradsight.autograd.events import Applied, Mutated

Function = Callable[[float], float]

SAME_ELEMENTS = frozenset(
    ["view", "reshape", "expand", "expand_as", "contiguous", "clone", "to", "float", "double", "flatten", "squeeze",
     "unsqueeze", "view_as", "reshape_as", "transpose", "t", "T", "mT", "permute", "broadcast_to", "getitem", "detach",
     "data", "repeat", "ravel", "movedim", "swapaxes", "narrow", "index_select"]
)  # fmt: skip
"""Ops whose elements are all elements of what they are given."""

_ARITHMETIC = {
    "add": "add", "radd": "add", "sub": "sub", "subtract": "sub", "rsub": "sub", "mul": "mul", "rmul": "mul",
    "multiply": "mul", "truediv": "div", "div": "div", "divide": "div", "rtruediv": "div",
}  # fmt: skip

_FUNCTIONS: dict[str, Function] = {
    "neg": lambda number: -number,
    "negative": lambda number: -number,
    "abs": abs,
    "absolute": abs,
    "square": lambda number: number * number,
    "sqrt": lambda number: number**0.5,
    **dict.fromkeys(("relu", "ReLU", "leaky_relu", "LeakyReLU"), lambda number: max(number, 0.0)),
    **dict.fromkeys(("Dropout", "dropout", "Identity"), lambda number: number),
    **{
        name: (lambda number: 0.0 if number == 0 else float("nan"))
        for name in ("tanh", "Tanh", "gelu", "GELU", "silu", "SiLU", "sin", "elu", "ELU", "softsign", "expm1")
    },
}


def arithmetic(event: Applied) -> str | None:
    """`add`, `sub`, `mul` or `div`, whichever side the tensor is on; None for other ops."""
    return _ARITHMETIC.get(short(event))


def is_reversed(event: Applied) -> bool:
    """Whether the receiver stands on the right side, as in `1 - x`."""
    return short(event).startswith("r")


def with_number(operation: str, number: float, on_left: bool) -> Function:
    """`x <operation> number`, or `number <operation> x`."""
    if operation == "add":
        return lambda each: each + number
    if operation == "mul":
        return lambda each: each * number
    if operation == "sub":
        return (lambda each: number - each) if on_left else (lambda each: each - number)
    return (lambda each: number / each) if on_left else (lambda each: each / number)


def function_of(event: Applied) -> Function | None:
    """What an op makes of each element of its one tensor; None where it is no such op, or not known."""
    if isinstance(event, Mutated) or len(event.inputs) != 1:
        return None
    operation = arithmetic(event)
    if operation is not None:
        on_left = constant(event, "0")
        number = on_left if on_left is not None else constant(event, "1", "other")
        if not isinstance(number, int | float) or len(event.constants) > 1:
            return None
        return with_number(operation, float(number), on_left is not None or is_reversed(event))
    exponent = constant(event, "1", "exponent")
    if short(event) == "pow":
        return (lambda number: float(number**exponent)) if isinstance(exponent, int | float) else None
    return _FUNCTIONS.get(short(event))


def applied_to(function: Function, number: float) -> float | None:
    """The function's value; None where it has none."""
    try:
        result = function(number)
    except (ArithmeticError, ValueError):
        return None
    return result if isinstance(result, float) and result == result else None
