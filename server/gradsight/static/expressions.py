"""Expressions: what each one evaluates to."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from typing import Any

from gradsight.static import attributes, calls, comprehensions, containers, functions, ops, texts
from gradsight.static.objects import (
    NONE,
    UNKNOWN,
    Arguments,
    Const,
    Dict,
    Dotted,
    Left,
    List,
    Object,
    Scalar,
    Slice,
    Tensor,
    Tuple,
)
from gradsight.static.operators import as_truth, binary, compared, constant
from gradsight.static.state import State
from gradsight.static.walker import Walker

_BUILTINS = frozenset(dir(builtins))
_NAMING = (ast.Name, ast.Attribute, ast.Call)
_EITHER = "<either>"
"""Under this name the two results of a conditional expression are joined."""


def evaluate(w: Walker, node: ast.expr) -> Object:
    """The abstract object that an expression gives. Nothing is evaluated on a path that has ended."""
    if w.live is None:
        return UNKNOWN
    w.spend()
    handler = _HANDLERS.get(type(node))
    item = handler(w, node) if handler is not None else UNKNOWN
    if isinstance(node, _NAMING) and w.live is not None:
        w.remember(node, item)
    return item


def _constant(w: Walker, node: ast.Constant) -> Object:
    return Const(node.value)


def _name(w: Walker, node: ast.Name) -> Object:
    item = w.lookup(node.id)
    if item is not None:
        return item
    return Dotted(node.id) if node.id in _BUILTINS else UNKNOWN


def _attribute(w: Walker, node: ast.Attribute) -> Object:
    receiver = evaluate(w, node.value)
    return attributes.read(w, node, receiver, node.attr) if w.live is not None else UNKNOWN


def _subscript(w: Walker, node: ast.Subscript) -> Object:
    receiver = evaluate(w, node.value)
    index = evaluate(w, node.slice)
    if w.live is None:
        return UNKNOWN
    return containers.item(w, node, receiver, index)


def _slice(w: Walker, node: ast.Slice) -> Object:
    start, stop, step = (NONE if part is None else evaluate(w, part) for part in (node.lower, node.upper, node.step))
    return Slice(start, stop, step)


def _binary(w: Walker, node: ast.BinOp) -> Object:
    left, right = evaluate(w, node.left), evaluate(w, node.right)
    return binary(w, node, type(node.op), left, right)


def _unary(w: Walker, node: ast.UnaryOp) -> Object:
    item = evaluate(w, node.operand)
    if w.live is None:
        return UNKNOWN
    if isinstance(node.op, ast.Not):
        truth = as_truth(w, item)
        return Scalar("bool") if truth is None else Const(not truth)
    if isinstance(item, Tensor):
        name = {ast.USub: "__neg__", ast.UAdd: "__pos__", ast.Invert: "__invert__"}[type(node.op)]
        return ops.apply(w, node, ops.Call(f"torch.Tensor.{name}", Arguments((item,))))
    value = constant(item)
    if isinstance(node.op, ast.USub) and isinstance(value, int | float):
        return Const(-value)
    return item if isinstance(item, Left | Scalar) else UNKNOWN


def _bool_op(w: Walker, node: ast.BoolOp) -> Object:
    result: Object = UNKNOWN
    for part in node.values:
        result = evaluate(w, part)
        if w.live is None:
            return UNKNOWN
        truth = as_truth(w, result)
        if truth is (isinstance(node.op, ast.Or)):
            return result
        if truth is None:
            for rest in node.values[node.values.index(part) + 1 :]:
                other = evaluate(w, rest)
                if w.live is not None and as_truth(w, other) is isinstance(node.op, ast.Or):
                    return other if isinstance(other, Const) else UNKNOWN  # whatever came before
            return Scalar("bool") if isinstance(result, Scalar) else UNKNOWN
    return result


def _compare(w: Walker, node: ast.Compare) -> Object:
    left = evaluate(w, node.left)
    result: Object = UNKNOWN
    for operator, comparator in zip(node.ops, node.comparators, strict=True):
        right = evaluate(w, comparator)
        if w.live is None:
            return UNKNOWN
        result = compared(w, node, operator, left, right)
        left = right
    return result if len(node.ops) == 1 else Scalar("bool")


def _call(w: Walker, node: ast.Call) -> Object:
    return calls.evaluate_call(w, node)


def _if_expression(w: Walker, node: ast.IfExp) -> Object:
    truth = as_truth(w, evaluate(w, node.test))
    if w.live is None:
        return UNKNOWN
    if truth is not None:
        return evaluate(w, node.body if truth else node.orelse)
    start, branch, number = w.state, w.branch, w.recorder.number()
    ends: list[State] = []
    for arm, part in enumerate((node.body, node.orelse)):
        w.live = start.fork() if arm == 0 else start
        w.branch = (*branch, (number, arm))
        item = evaluate(w, part)
        if w.live is not None:
            w.state.scopes[w.frame.scope][_EITHER] = item
            ends.append(w.state)
    w.branch = branch
    w.live = ends[0] if ends else None
    if w.live is None:
        return UNKNOWN
    if len(ends) > 1:
        w.state.join(ends[1], w.merge(node))
    return w.state.scopes[w.frame.scope].pop(_EITHER, UNKNOWN)


def _items(w: Walker, nodes: list[ast.expr]) -> tuple[tuple[Object, ...], Object | None]:
    items: list[Object] = []
    rest: Object | None = None
    for node in nodes:
        if isinstance(node, ast.Starred):
            inner, exact = containers.iterate(w, evaluate(w, node.value), node)
            items.extend(inner)
            if not exact:
                rest = UNKNOWN
        else:
            items.append(evaluate(w, node))
    return tuple(items), rest


def _tuple(w: Walker, node: ast.Tuple) -> Object:
    items, rest = _items(w, node.elts)
    return Tuple(items) if rest is None else UNKNOWN


def _list(w: Walker, node: ast.List | ast.Set) -> Object:
    items, rest = _items(w, node.elts)
    return w.allocate(List(items, rest)) if w.live is not None else UNKNOWN


def _dict(w: Walker, node: ast.Dict) -> Object:
    items: dict[object, Object] = {}
    rest: Object | None = None
    for key, value in zip(node.keys, node.values, strict=True):
        item = evaluate(w, value)
        name = evaluate(w, key) if key is not None else UNKNOWN
        inner = w.deref(item, Dict) if key is None else None
        if inner is not None:
            items |= inner.items
            rest = rest or inner.rest
        elif isinstance(name, Const):
            items[name.value] = item
        else:
            rest = UNKNOWN
    return w.allocate(Dict(items, rest)) if w.live is not None else UNKNOWN


def _lambda(w: Walker, node: ast.Lambda) -> Object:
    return functions.define_lambda(w, node)


def _comprehension(w: Walker, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Object:
    return comprehensions.evaluate_comprehension(w, node)


def _joined_string(w: Walker, node: ast.JoinedStr) -> Object:
    values = [evaluate(w, part.value) for part in node.values if isinstance(part, ast.FormattedValue)]
    return texts.joined(w, node, values)


def _yield(w: Walker, node: ast.Yield) -> Object:
    item = evaluate(w, node.value) if node.value is not None else NONE
    if w.live is None:
        return UNKNOWN
    if w.frame.on_yield is not None:
        w.frame.on_yield(item)
    else:
        w.frame.yielded.append(item)
    return UNKNOWN


def _yield_from(w: Walker, node: ast.YieldFrom) -> Object:
    source = evaluate(w, node.value)
    if w.live is not None:
        w.frame.yielded.extend(containers.iterate(w, source, node)[0])
    return UNKNOWN


def _named(w: Walker, node: ast.NamedExpr) -> Object:
    item = evaluate(w, node.value)
    if w.live is not None:
        w.bind(node.target.id, item)
        w.called(item, node.target.id)
    return item


def _await(w: Walker, node: ast.Await | ast.Starred) -> Object:
    return evaluate(w, node.value)


_HANDLERS: dict[type[ast.expr], Callable[[Walker, Any], Object]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _bool_op,
    ast.Compare: _compare,
    ast.Call: _call,
    ast.IfExp: _if_expression,
    ast.Tuple: _tuple,
    ast.List: _list,
    ast.Set: _list,
    ast.Dict: _dict,
    ast.Lambda: _lambda,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _comprehension,
    ast.JoinedStr: _joined_string,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
    ast.NamedExpr: _named,
    ast.Await: _await,
    ast.Starred: _await,
}
