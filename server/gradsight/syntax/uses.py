"""What becomes of the value of an expression, as far as the text around it says."""

from __future__ import annotations

import ast
from enum import IntEnum

from gradsight.syntax.found import Found

_ASKS = {"isinstance", "hasattr", "getattr", "type", "id", "bool", "callable"}
_SHOWS = {"print", "pprint", "display", "repr", "str", "format", "info", "debug", "warning", "error", "log", "write"}
_KEEPS = {"append", "add", "insert", "extend", "setdefault", "put", "list", "tuple", "dict", "set", "zip", "enumerate"}
_NEEDS = {"float", "int", "abs", "sum", "max", "min", "len", "round", "sorted", "any", "all"}
_EXPECTS_ERROR = {"raises", "assertRaises", "assertRaisesRegex", "suppress"}


class Use(IntEnum):
    """From harmless to needed."""

    GUARDED = 0
    """Only asked whether it is there, or used where that was asked before."""
    SHOWN = 1
    """Printed, logged or evaluated for nothing."""
    KEPT = 2
    """Given a name, returned, put into a container or handed to a function of the program's own."""
    NEEDED = 3
    """Computed with: None would not do."""


def use_of(found: Found) -> Use:
    """How the value of the found expression is used."""
    if _asked_before(found):
        return Use.GUARDED
    child = found.node
    for around in found.around():
        use = _use_in(around.node, child)
        if use is not None:
            return use
        child = around.node
    return Use.KEPT


def _use_in(parent: ast.AST, child: ast.AST) -> Use | None:
    """What `parent` does with `child`; None where that is for its own parent to say."""
    match parent:
        case ast.Compare(ops=ops) if all(isinstance(op, ast.Is | ast.IsNot) for op in ops):
            return Use.GUARDED
        case ast.Compare(comparators=[*others], left=left) if any(_is_none(side) for side in (left, *others)):
            return Use.GUARDED
        case ast.If() | ast.While() | ast.Assert() | ast.UnaryOp(op=ast.Not()) | ast.BoolOp():
            return Use.GUARDED
        case ast.IfExp(test=test) if child is test:
            return Use.GUARDED
        case ast.Attribute() | ast.BinOp() | ast.UnaryOp() | ast.Compare() | ast.AugAssign():
            return Use.NEEDED
        case ast.Subscript(value=value):
            return Use.NEEDED if child is value else Use.KEPT
        case ast.For(iter=iterated) if child is iterated:
            return Use.NEEDED
        case ast.Call():
            return _use_in_call(parent, child)
        case ast.FormattedValue() | ast.Expr():
            return Use.SHOWN
        case ast.stmt() | ast.Lambda() | ast.Await() | ast.Yield() | ast.YieldFrom():
            return Use.KEPT
    return None


def _use_in_call(call: ast.Call, child: ast.AST) -> Use:
    if child is call.func:
        return Use.NEEDED
    bare = isinstance(call.func, ast.Name)
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name in _ASKS:
        return Use.GUARDED
    if name in _SHOWS:
        return Use.SHOWN
    if name in _KEEPS or (bare and name not in _NEEDS):
        return Use.KEPT
    return Use.NEEDED


def _asked_before(found: Found) -> bool:
    """Whether a condition around the expression asks about this very expression."""
    wanted = ast.dump(found.node)
    inner = found.node
    for around in found.around():
        for condition in _conditions(around.node, inner):
            if any(ast.dump(part) == wanted for part in ast.walk(condition) if type(part) is type(found.node)):
                return True
        if isinstance(around.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return False
        inner = around.node
    return False


def _conditions(node: ast.AST, inner: ast.AST) -> list[ast.expr]:
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) if inner is not test:
            return [test]
        case ast.BoolOp(values=values) if inner in values:
            return values[: values.index(inner)]
        case ast.ListComp(generators=loops) | ast.SetComp(generators=loops) | ast.GeneratorExp(generators=loops):
            return [] if inner in loops else [test for loop in loops for test in loop.ifs]
        case ast.DictComp(generators=loops):
            return [] if inner in loops else [test for loop in loops for test in loop.ifs]
    return []


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def expects_error(found: Found) -> bool:
    """Whether the found node stands in a block that wants an exception (`with pytest.raises(...):`)."""
    for around in found.around():
        if isinstance(around.node, ast.With | ast.AsyncWith):
            for item in around.node.items:
                manager = item.context_expr
                called = manager.func if isinstance(manager, ast.Call) else None
                name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", None)
                if name in _EXPECTS_ERROR:
                    return True
    return False
