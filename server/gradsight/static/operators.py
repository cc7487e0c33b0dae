"""Operators: arithmetic and comparisons between abstract objects, and when an object counts as true."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gradsight.static import containers, ops, protocols
from gradsight.static.objects import (
    NONE,
    UNKNOWN,
    Arguments,
    Bound,
    Class,
    Const,
    Dict,
    Dotted,
    EnumMember,
    Function,
    GradMode,
    Left,
    List,
    Object,
    Partial,
    Ref,
    Scalar,
    Tensor,
    Tuple,
    Unknown,
)
from gradsight.static.walker import Walker

OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.Pow: "pow", ast.MatMult: "matmul",
    ast.FloorDiv: "floordiv", ast.Mod: "mod", ast.BitAnd: "and", ast.BitOr: "or", ast.BitXor: "xor",
    ast.LShift: "lshift", ast.RShift: "rshift",
}  # fmt: skip

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge",
}  # fmt: skip

_FIRST_COUNTS = 2
"""What counters hold in those passes of a long loop that are walked, counted from 0 or from 1."""

_FOLDED: dict[type[ast.operator], Callable[[Any, Any], object]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
}


_LONGEST_TEXT = 400


def as_truth(w: Walker, item: Object) -> bool | None:
    """Whether an object is true in a condition; None if unknown."""
    match item:
        case Const(value):
            return bool(value)
        case EnumMember():
            return True
        case Function() | Class() | Bound() | Dotted() | Partial() | GradMode():
            return True
        case Tuple(items):
            return bool(items)
        case Ref():
            found = w.deref(item, List)
            if found is not None and found.rest is None:
                return bool(found.items)
            table = w.deref(item, Dict)
            if table is not None:
                return True if table.items else False if table.rest is None else None
            if found is None:
                return True
    return None


def constant(item: Object) -> object | None:
    """The value of a constant; None for everything else."""
    return item.value if isinstance(item, Const) else None


def binary(w: Walker, node: ast.AST, operator: type[ast.operator], left: Object, right: Object) -> Object:
    """`left <operator> right`."""
    if w.live is None:
        return UNKNOWN
    name = OPERATORS.get(operator, "")
    for receiver, method, other in ((left, f"__{name}__", right), (right, f"__r{name}__", left)):
        own = protocols.call_special(w, node, receiver, method, other)
        if own is not None:
            return own
    if isinstance(left, Tensor):
        return ops.apply(w, node, ops.Call(f"torch.Tensor.__{name}__", Arguments((left, right))))
    if isinstance(right, Tensor):
        if isinstance(left, Ref) and w.deref(left, List) is None:
            return UNKNOWN
        return ops.apply(w, node, ops.Call(f"torch.Tensor.__r{name}__", Arguments((right, left))))
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Left):
            sure = one.certain and (isinstance(other, Const | Scalar) or (isinstance(other, Left) and other.certain))
            return one if sure == one.certain else replace(one, certain=sure)
    match left, right:
        case Const(str(a)), Const(str(b)) if operator is ast.Add and len(a) + len(b) < _LONGEST_TEXT:
            return Const(a + b)
        case Const(int() as a), Const() if operator is ast.Mod and w.frame.rough and 0 <= a <= _FIRST_COUNTS:
            return Scalar()
        case Const(a), Const(b) if operator in _FOLDED and _small(a) and _small(b):
            try:
                return Const(_FOLDED[operator](a, b))
            except Exception:  # whatever the program's own arithmetic raises
                return UNKNOWN
        case Tuple(a_items), Tuple(b_items) if operator is ast.Add:
            return Tuple(a_items + b_items)
    if operator is ast.BitOr and (first := w.deref(left, Dict)) and (second := w.deref(right, Dict)):
        return w.allocate(Dict({**first.items, **second.items}, first.rest or second.rest))
    if operator in (ast.Add, ast.Mult):
        joined = containers.combine(w, left, right, repeat=operator is ast.Mult)
        if joined is not None:
            return joined
    numbers = (Const, Scalar)
    if isinstance(left, numbers) and isinstance(right, numbers):
        return Scalar("str") if isinstance(constant(left), str) or left == Scalar("str") else Scalar()
    return UNKNOWN


def _is_early(one: int, other: int) -> bool:
    """Whether a counter of the first passes may be compared with one that only later passes reach."""
    low, high = sorted((one, other))
    return 0 <= low <= _FIRST_COUNTS and high > 1 and low != high


def _small(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) < 1e9


def compared(w: Walker, node: ast.AST, operator: ast.cmpop, left: Object, right: Object) -> Object:
    """`left <comparison> right`."""
    if isinstance(operator, ast.Is | ast.IsNot):
        same = is_same(left, right)
        return Scalar("bool") if same is None else Const(same is isinstance(operator, ast.Is))
    if isinstance(operator, ast.In | ast.NotIn):
        inside = _contains(w, right, left)
        return Scalar("bool") if inside is None else Const(inside is isinstance(operator, ast.In))
    if isinstance(left, EnumMember) or isinstance(right, EnumMember):
        same = protocols.same_member(left, right)
        known = same is not None and isinstance(operator, ast.Eq | ast.NotEq)
        return Const(same is isinstance(operator, ast.Eq)) if known else Scalar("bool")
    name = _COMPARISONS.get(type(operator))
    if name is not None and (own := protocols.call_special(w, node, left, f"__{name}__", right)) is not None:
        return own
    if name is not None and isinstance(left, Tensor):
        return ops.apply(w, node, ops.Call(f"torch.Tensor.__{name}__", Arguments((left, right))))
    if name is not None and isinstance(right, Tensor) and not isinstance(left, Unknown):
        mirrored = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}.get(name, name)
        return ops.apply(w, node, ops.Call(f"torch.Tensor.__{mirrored}__", Arguments((right, left))))
    if name is not None and isinstance(left, Tuple) and isinstance(right, Tuple) and left == right:
        plain = all(isinstance(part, Const) for part in left.items)
        return Const(name in ("eq", "le", "ge")) if plain else Scalar("bool")
    match left, right:
        case Const(int() as a), Const(int() as b) if w.frame.rough and _is_early(a, b):
            return Scalar("bool")
        case Const(a), Const(b) if name is not None:
            try:
                return Const(bool(getattr(a, f"__{name}__")(b)) if a is not None else a == b)
            except Exception:  # values that cannot be compared
                return Scalar("bool")
    return Scalar("bool")


def _contains(w: Walker, container: Object, item: Object) -> bool | None:
    """Whether a constant is in a container of constants."""
    if not isinstance(item, Const):
        return None
    if isinstance(container, Const):
        both = isinstance(container.value, str) and isinstance(item.value, str)
        return str(item.value) in str(container.value) if both else None
    found = w.deref(container, List) or w.deref(container, Dict)
    if isinstance(found, Dict):
        return True if item.value in found.items else False if found.rest is None else None
    parts = container.items if isinstance(container, Tuple) else found.items if found is not None else None
    if parts is None:
        return None
    if item in parts:
        return True
    closed = found is None or found.rest is None
    return False if closed and all(isinstance(part, Const) for part in parts) else None


def is_same(left: Object, right: Object) -> bool | None:
    """Whether `left is right`."""
    if isinstance(left, Unknown | Scalar) or isinstance(right, Unknown | Scalar):
        return None if NONE not in (left, right) or Unknown in (type(left), type(right)) else False
    if NONE in (left, right):
        return left == right
    if isinstance(left, EnumMember) and isinstance(right, EnumMember):
        return left == right
    flags = (True, False)
    if isinstance(left, Const) and isinstance(right, Const) and (left.value in flags or right.value in flags):
        return left.value is right.value
    return None
