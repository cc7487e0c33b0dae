"""`nn.Sequential`, `nn.ModuleList`, `nn.ModuleDict`, `nn.ParameterList`, `nn.ParameterDict`: what they hold, in order.

A container is an `Instance` whose attributes are its children under the names that PyTorch gives them;
`complete` says whether these are all of them.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from gradsight.static import containers, functions, registration
from gradsight.static.objects import (
    NONE,
    UNKNOWN,
    Arguments,
    Class,
    Const,
    Dict,
    Dotted,
    Instance,
    Iterator,
    Object,
    Ref,
    Scalar,
    Slice,
    Tensor,
    Tuple,
    Unknown,
)
from gradsight.static.walker import Walker

_LISTS = ("torch.nn.ModuleList", "torch.nn.ParameterList")
_TABLES = ("torch.nn.ModuleDict", "torch.nn.ParameterDict")
SEQUENTIAL = "torch.nn.Sequential"
CONTAINERS = (SEQUENTIAL, *_LISTS, *_TABLES)


def kind(found: Instance | None) -> str | None:
    """Which container an object is, by itself or by its base classes."""
    if found is None or not found.is_module:
        return None
    if isinstance(found.type, Dotted):
        return found.type.name if found.type.name in CONTAINERS else None
    return next((base for base in functions.outside_bases(found.type) if base in CONTAINERS), None)


def children(w: Walker, found: Instance) -> list[tuple[str, Object]]:
    """The children by name, in order."""
    return [
        (name, item)
        for name, item in found.attributes.items()
        if isinstance(item, Tensor | Unknown) or w.module(item) is not None
    ]


def content(w: Walker, node: ast.AST, name: str, arguments: Arguments) -> tuple[dict[str, Object], bool]:
    """What a constructor call puts into the container, and whether that is all."""
    first = arguments.get(0, "modules" if name in (SEQUENTIAL, "torch.nn.ModuleDict", _LISTS[0]) else "parameters")
    if name in _TABLES:
        return _table(w, node, first)
    if name == SEQUENTIAL:
        if len(arguments.positional) == 1 and first is not None and w.deref(first, Dict) is not None:
            return _table(w, node, first)
        return _numbered(arguments.positional), not arguments.unpacked
    if first is None or first == NONE:
        return {}, True
    items, exact = containers.iterate(w, first, node)
    return _numbered(items), exact


def _table(w: Walker, node: ast.AST, source: Object | None) -> tuple[dict[str, Object], bool]:
    if source is None or source == NONE:
        return {}, True
    known = w.deref(source, Dict)
    if known is not None:
        return {str(key): item for key, item in known.items.items()}, known.rest is None
    table: dict[str, Object] = {}
    pairs, exact = containers.iterate(w, source, node)
    for pair in pairs:
        if isinstance(pair, Tuple) and len(pair.items) == 2 and isinstance(pair.items[0], Const):
            table[str(pair.items[0].value)] = pair.items[1]
        else:
            exact = False
    return table, exact


def _numbered(items: tuple[Object, ...] | list[Object]) -> dict[str, Object]:
    return {str(index): item for index, item in enumerate(items)}


def iterate(w: Walker, found: Instance) -> tuple[list[Object], bool] | None:
    """The items that iterating over a container gives; None for other objects."""
    name = kind(found)
    if name is None:
        return None
    inside = children(w, found)
    if name in _TABLES:
        return [Const(key) for key, _ in inside], found.complete
    return [item for _, item in inside], found.complete


def item(w: Walker, found: Instance, index: Object) -> Object:
    """`container[index]`."""
    name = kind(found)
    inside = children(w, found)
    position = index.value if isinstance(index, Const) else None
    if isinstance(position, str):
        return found.attributes.get(position, Unknown("module"))
    if isinstance(position, int) and name not in _TABLES and (found.complete or position >= 0):
        return inside[position][1] if -len(inside) <= position < len(inside) else Unknown("module")
    if isinstance(index, Slice) and name is not None:
        part = containers.sliced(tuple(item for _, item in inside), index)
        attributes = _numbered(part or ())
        return w.allocate(
            Instance(Dotted(name), attributes, is_module=True, complete=found.complete and part is not None)
        )
    return Unknown("module")


def put(w: Walker, node: ast.AST, ref: Ref, found: Instance, index: Object, new: Object) -> None:
    """`container[index] = new`, with the statement that says so."""
    inside = children(w, found)
    position = index.value if isinstance(index, Const) else None
    name: str | None = None
    if isinstance(position, str):
        name = position
    elif isinstance(position, int) and -len(inside) <= position < len(inside):
        name = inside[position][0]
    if name is None:
        w.state.heap[ref.id] = replace(found, complete=False)
    else:
        targets = node.targets if isinstance(node, ast.Assign) else []
        label = ast.unparse(targets[0]) if len(targets) == 1 else name
        found = registration.member(w, node, ref, found, name, label, new)
        w.state.heap[ref.id] = replace(found, attributes={**found.attributes, name: new})


def extended(w: Walker, node: ast.AST, ref: Ref, found: Instance, source: Object) -> None:
    """`container.extend(source)`, `container += source`."""
    items, exact = containers.iterate(w, source, node)
    start = len(children(w, found))
    added = {str(start + index): item for index, item in enumerate(items)}
    w.state.heap[ref.id] = replace(found, attributes={**found.attributes, **added}, complete=found.complete and exact)


def call_method(w: Walker, node: ast.AST, ref: Ref, found: Instance, name: str, arguments: Arguments) -> Object | None:
    """A method that containers have and other modules have not; None where it is none of those."""
    container = kind(found)
    if container is None:
        return None
    first = arguments.get(0, "module") or UNKNOWN
    table = container in _TABLES
    inside = children(w, found)
    match name:
        case "append" if not table:
            w.state.heap[ref.id] = replace(found, attributes={**found.attributes, str(len(inside)): first})
            return ref
        case "extend" if not table:
            extended(w, node, ref, found, first)
            return ref
        case "insert" if not table:
            new = arguments.get(1, "module") or UNKNOWN
            items = [item for _, item in inside]
            if not isinstance(first, Const) or not isinstance(first.value, int):
                w.state.heap[ref.id] = replace(found, complete=False)
                return ref
            items.insert(first.value, new)
            others = {key: part for key, part in found.attributes.items() if (key, part) not in inside}
            w.state.heap[ref.id] = replace(found, attributes={**others, **_numbered(items)})
            return ref
        case "pop":
            return _popped(w, ref, found, arguments)
        case "items" if table:
            pairs = tuple(Tuple((Const(key), item)) for key, item in inside)
            return Iterator(
                pairs, None if found.complete else Tuple((Scalar("str"), Unknown("module"))), found.complete
            )
        case "keys" if table:
            return Iterator(tuple(Const(key) for key, _ in inside), None, found.complete)
        case "values" if table:
            return Iterator(tuple(item for _, item in inside), None, found.complete)
        case "update" if table:
            more, exact = _table(w, node, first)
            w.state.heap[ref.id] = replace(
                found, attributes={**found.attributes, **more}, complete=found.complete and exact
            )
            return NONE
    return None


def _popped(w: Walker, ref: Ref, found: Instance, arguments: Arguments) -> Object:
    index = arguments.get(0, "key") or Const(-1)
    inside = children(w, found)
    position = index.value if isinstance(index, Const) else None
    if isinstance(position, int) and -len(inside) <= position < len(inside):
        items = [part for _, part in inside]
        taken = items.pop(position)
        w.state.heap[ref.id] = replace(found, attributes=_numbered(items))
        return taken
    if isinstance(position, str) and position in found.attributes:
        kept = {key: part for key, part in found.attributes.items() if key != position}
        w.state.heap[ref.id] = replace(found, attributes=kept)
        return found.attributes[position]
    w.state.heap[ref.id] = replace(found, complete=False)
    return Unknown("module")


def is_container_base(of: Class) -> str | None:
    """The container class that a class of the program extends."""
    return next((base for base in functions.outside_bases(of) if base in CONTAINERS), None)
