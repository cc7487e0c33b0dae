"""Python's built-in functions and types, as far as tensors and containers of them go through."""

from __future__ import annotations

import ast
from collections.abc import Callable

from gradsight.autograd.events import Cut
from gradsight.static import containers, generators, introspection, module_containers, operators, ops, texts
from gradsight.static.objects import (
    NONE,
    UNKNOWN,
    Arguments,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    Iterator,
    Left,
    List,
    Object,
    Range,
    Scalar,
    Tensor,
    Tuple,
    Unknown,
)
from gradsight.static.walker import Walker

_Handler = Callable[[Walker, ast.AST, Arguments], Object]


def call(w: Walker, node: ast.AST, name: str, arguments: Arguments) -> Object:
    """`name(...)` for a built-in name. Built-ins neither keep nor change what they are given."""
    handler = _HANDLERS.get(name)
    return handler(w, node, arguments) if handler is not None else UNKNOWN


def as_list(w: Walker, node: ast.AST, arguments: Arguments, kind: str) -> Object:
    """`list(iterable)`, `set(iterable)`, `deque(iterable)`."""
    first = arguments.get(0, "iterable")
    if first is None:
        return w.allocate(List((), None, kind))
    items, exact = containers.iterate(w, first, node)
    return w.allocate(List(tuple(items), None if exact else containers.further(w, first), kind))


def _to_number(name: str) -> _Handler:
    def convert(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
        first = arguments.get(0, "x")
        if isinstance(first, Tensor):
            return Left(w.leave(node, w.state.value(first), Cut.NUMBER, name))
        if isinstance(first, Left):
            return first
        if isinstance(first, Const) and isinstance(first.value, int | float):
            return (
                Const({"float": float, "int": int}[name](first.value)) if name != "bool" else Const(bool(first.value))
            )
        return Scalar("bool" if name == "bool" else "number")

    return convert


def _len(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    first = arguments.get(0, "obj")
    if isinstance(first, Tuple):
        return Const(len(first.items))
    if isinstance(first, Tensor):
        shape = w.state.value(first).shape
        return Const(shape[0]) if shape and shape[0] is not None else Scalar()
    found = w.deref(first, List) or w.deref(first, Dict)
    if found is not None:
        return Const(len(found.items)) if found.rest is None else Scalar()
    module = w.module(first)
    inside = module_containers.iterate(w, module) if module is not None else None
    return Const(len(inside[0])) if inside is not None and inside[1] else Scalar()


def _range(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    numbers = [item.value for item in arguments.positional if isinstance(item, Const) and isinstance(item.value, int)]
    if (
        len(numbers) != len(arguments.positional)
        or not numbers
        or len(numbers) > 3
        or (len(numbers) == 3 and numbers[2] == 0)
    ):
        return Range(None)
    return Range(len(range(*numbers)))


def _enumerate(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    first = arguments.get(0, "iterable") or UNKNOWN
    items, exact = containers.iterate(w, first, node)
    start = arguments.get(1, "start")
    base = start.value if isinstance(start, Const) and isinstance(start.value, int) else 0
    pairs = tuple(Tuple((Const(index + base), item)) for index, item in enumerate(items))
    return Iterator(pairs, None if exact else Tuple((Scalar(), containers.further(w, first))), exact)


def zipped(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    """`zip(...)`."""
    columns = [containers.iterate(w, item, node) for item in arguments.positional]
    if not columns:
        return Iterator((), None)
    further = [containers.further(w, item) for item in arguments.positional]
    exact = any(all_of_it for _, all_of_it in columns) and not arguments.unpacked
    lengths = (
        [len(items) for items, all_of_it in columns if all_of_it] if exact else [len(items) for items, _ in columns]
    )
    count = min(lengths) if exact else min(max(lengths), 4)
    rows = []
    for index in range(count):
        rows.append(
            Tuple(
                tuple(
                    items[index] if index < len(items) else rest
                    for (items, _), rest in zip(columns, further, strict=True)
                )
            )
        )
    return Iterator(tuple(rows), None if exact else Tuple(tuple(further)), exact)


def _reversed(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    items, exact = containers.iterate(w, arguments.get(0, "sequence") or UNKNOWN, node)
    return Iterator(tuple(reversed(items)), None if exact or not items else items[0], exact)


def _iter(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    return arguments.get(0, "object") or UNKNOWN


def _next(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    first = arguments.get(0, "iterator") or UNKNOWN
    if isinstance(first, Iterator):
        return first.items[0] if first.items else first.rest or UNKNOWN  # which leaves the others
    items, _ = containers.iterate(w, first, node)
    return items[0] if items else containers.further(w, first)


def _sum(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    """`sum(losses)`: a chain of additions."""
    first = arguments.get(0, "iterable") or UNKNOWN
    items, _ = containers.iterate(w, first, node)
    total: Object = arguments.get(1, "start") or Const(0)
    if not items and not isinstance(first, Unknown):
        rest = containers.further(w, first)
        items = [] if rest == UNKNOWN else [rest]
    for item in items[:8]:
        if w.live is not None:
            total = operators.binary(w, node, ast.Add, total, item)
    return total if items else UNKNOWN


def _extreme(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    items = list(arguments.positional)
    if len(items) == 1:
        items, _ = containers.iterate(w, items[0], node)
    left = next((item for item in items if isinstance(item, Left | Tensor)), None)
    return left or (Scalar() if items and all(isinstance(item, Const | Scalar) for item in items) else UNKNOWN)


def _abs(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    first = arguments.get(0, "x") or UNKNOWN
    if isinstance(first, Tensor):
        return ops.apply(w, node, ops.Call("torch.Tensor.abs", Arguments((first,))))
    return first if isinstance(first, Left) else Scalar()


def _tuple(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    first = arguments.get(0, "iterable")
    if first is None:
        return Tuple(())
    items, exact = containers.iterate(w, first, node)
    return Tuple(tuple(items)) if exact else w.allocate(List(tuple(items), containers.further(w, first), "tuple"))


def _dict(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    first = arguments.get(0, "mapping")
    items: dict[object, Object] = {}
    rest: Object | None = UNKNOWN if arguments.unpacked else None
    if first is not None:
        found = w.deref(first, Dict)
        if found is not None:
            items, rest = dict(found.items), found.rest
        else:
            pairs, exact = containers.iterate(w, first, node)
            for pair in pairs:
                if isinstance(pair, Tuple) and len(pair.items) == 2 and isinstance(pair.items[0], Const):
                    items[pair.items[0].value] = pair.items[1]
                else:
                    exact = False
            rest = None if exact else UNKNOWN
    items.update(arguments.keywords)
    return w.allocate(Dict(items, rest))


def _map(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    if len(arguments.positional) < 2:
        return UNKNOWN
    function, *sources = arguments.positional
    rows = zipped(w, node, Arguments(tuple(sources)))
    assert isinstance(rows, Iterator)
    results: list[Object] = []
    for row in rows.items[:4]:
        if w.live is not None and isinstance(row, Tuple):
            results.append(w.call(w, node, function, Arguments(row.items)))
    exact = rows.exact and len(rows.items) <= 4
    return Iterator(tuple(results), None if exact or not results else results[-1], exact)


def _filter(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    items, exact = containers.iterate(w, arguments.get(1, "iterable") or UNKNOWN, node)
    function = arguments.get(0, "function")
    kept: list[Object] = []
    for index, item in enumerate(items):
        passes = None
        if isinstance(function, Function) and index < _MOST_FILTERED and w.live is not None:
            passes = operators.as_truth(w, w.call(w, node, function, Arguments((item,))))
        exact = exact and passes is not None
        if passes is not False:
            kept.append(item)
    rest = None if exact or not kept else kept[-1]
    return generators.made(w, node, Iterator(tuple(kept), rest, exact))


_MOST_FILTERED = 16


def _isinstance(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    return introspection.is_instance(w, arguments)


def _getattr(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    receiver, name = arguments.get(0, "object"), arguments.get(1, "name")
    if receiver is None or not isinstance(name, Const) or not isinstance(name.value, str):
        return UNKNOWN
    if introspection.has_attribute(w, receiver, name.value) is False:
        return arguments.get(2, "default") or UNKNOWN
    return w.read(w, node, receiver, name.value)


def _setattr(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    introspection.set_by_name(w, node, arguments)
    return NONE


def _delattr(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    introspection.delete_by_name(w, arguments)
    return NONE


def _hasattr(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    receiver, name = arguments.get(0, "object"), arguments.get(1, "name")
    has = introspection.has_attribute(w, receiver, name.value) if isinstance(name, Const) and receiver else None
    return Scalar("bool") if has is None else Const(has)


def _print(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    return NONE


def _type(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    found = w.deref(arguments.get(0, "object"), Instance)
    return found.type if found is not None and isinstance(found.type, Class) else UNKNOWN


def _quantified(wanted: bool) -> _Handler:
    """`any(...)`, which one true item decides, or `all(...)`, which one false item does."""

    def quantify(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
        items, exact = containers.iterate(w, arguments.get(0, "iterable") or UNKNOWN, node)
        truths = [operators.as_truth(w, item) for item in items]
        if wanted in truths:
            return Const(wanted)
        return Const(not wanted) if exact and None not in truths else Scalar("bool")

    return quantify


_HANDLERS: dict[str, _Handler] = {
    "float": _to_number("float"), "int": _to_number("int"), "bool": _to_number("bool"),
    "len": _len, "range": _range, "enumerate": _enumerate, "zip": zipped, "reversed": _reversed, "iter": _iter,
    "next": _next, "complex": _to_number("float"),
    "sum": _sum, "max": _extreme, "min": _extreme, "abs": _abs, "round": _extreme, "tuple": _tuple, "dict": _dict,
    "list": lambda w, node, arguments: as_list(w, node, arguments, "list"),
    "set": lambda w, node, arguments: as_list(w, node, arguments, "set"),
    "sorted": lambda w, node, arguments: as_list(w, node, arguments, "list"),
    "map": _map, "filter": _filter, "isinstance": _isinstance, "getattr": _getattr, "setattr": _setattr,
    "hasattr": _hasattr, "delattr": _delattr, "print": _print, "type": _type,
    "str": lambda w, node, arguments: texts.as_text(arguments), "repr": lambda w, node, arguments: Scalar("str"),
    "format": lambda w, node, arguments: Scalar("str"), "input": lambda w, node, arguments: Scalar("str"),
    "id": lambda w, node, arguments: Scalar(), "hash": lambda w, node, arguments: Scalar(),
    "any": _quantified(True), "all": _quantified(False),
    "pow": lambda w, node, arguments: operators.binary(w, node, ast.Pow, *arguments.positional[:2])
    if len(arguments.positional) >= 2 else UNKNOWN,
}  # fmt: skip
