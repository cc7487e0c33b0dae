"""Lists, dictionaries, tuples and what iterates over them; the methods of lists and dictionaries."""

from __future__ import annotations

import ast
from dataclasses import replace
from types import EllipsisType

from gradsight.static import batches, generators, loop_tools, module_containers, ops, protocols
from gradsight.static.objects import (
    NONE,
    UNKNOWN,
    Arguments,
    Class,
    Const,
    Dict,
    EnumMember,
    Instance,
    Iterator,
    Left,
    List,
    Object,
    Range,
    Ref,
    Scalar,
    Slice,
    Tensor,
    Tuple,
    Unknown,
)
from gradsight.static.walker import Walker

_NAMED_FIELDS = {
    "values": 0,
    "indices": 1,
    "eigenvalues": 0,
    "eigenvectors": 1,
    "Q": 0,
    "R": 1,
    "U": 0,
    "S": 1,
    "Vh": 2,
}


_MOST_ITEMS = 64


def iterate(w: Walker, source: Object, node: ast.AST) -> tuple[list[Object], bool]:
    """The items that iteration gives, and whether these are all; tensors give rows."""
    match source:
        case Tuple(items):
            return list(items), True
        case Class():
            inside_class = [item for item in source.namespace.values() if isinstance(item, EnumMember)]
            return list(inside_class), bool(inside_class)
        case Iterator(items, _, exact):
            return (list(items), exact) if generators.goes_on(w, source, node) else ([], True)
        case Range(length) if length is not None:
            return [Const(index) if index < 4 else Scalar() for index in range(min(length, 4))], length <= 4
        case Range():
            return [Const(0), Scalar()], False
        case Tensor():
            shape = w.state.value(source).shape
            count = shape[0] if shape else None
            known = min(count, 4) if count is not None else 2
            rows = [item(w, node, source, Const(index)) for index in range(known)]
            return rows, count is not None and count <= 4
        case Left(value):  # a list of numbers or an array: each part of it comes from the same tensor
            count = value.shape[0] if value.shape else None
            return [source] * (min(count, 4) if count is not None else 2), count is not None and count <= 4
        case Const(str() as text):
            return [Const(character) for character in text[:4]], len(text) <= 4
    found = w.state.heap.get(source.id) if isinstance(source, Ref) else None
    match found:
        case List(items, rest):
            return list(items), rest is None
        case Dict(by_key, rest):
            return [Const(key) for key in by_key], rest is None
        case Instance():
            own = _own_items(w, source, node)
            if own is not None:
                return own
            inside = module_containers.iterate(w, found)
            if inside is not None:
                return inside
    return [], False


def _own_items(w: Walker, source: Object, node: ast.AST) -> tuple[list[Object], bool] | None:
    """Iteration over an object of a class of the program that says how; None for others."""
    started = protocols.call_special(w, node, source, "__iter__")
    if started is not None and w.live is not None and started != source:
        return iterate(w, started, node)
    method = "__next__" if started is not None else "__getitem__"
    given = () if started is not None else (Scalar(),)
    first = protocols.call_special(w, node, source, method, *given) if w.live is not None else None
    if first is None or w.live is None:
        return None
    return [first], False


def further(w: Walker, source: Object) -> Object:
    """What one more item of unknown position looks like."""
    match source:
        case Iterator(_, rest, _):
            return rest or UNKNOWN
        case Range():
            return Scalar()
        case Left():
            return source
        case Unknown():
            return batches.BATCH if source == batches.DATA else UNKNOWN
    if w.module(source) is not None:
        return Unknown("module")
    found = w.deref(source, List)
    if found is not None:
        return found.rest or (found.items[-1] if found.items else UNKNOWN)
    return UNKNOWN


def item(w: Walker, node: ast.AST, receiver: Object, index: Object) -> Object:
    """`receiver[index]`."""
    key = index.value if isinstance(index, Const) else None
    match receiver:
        case Tensor():
            return ops.apply(w, node, ops.Call("torch.Tensor.__getitem__", Arguments((receiver, index))))
        case Left():
            return receiver
        case Unknown("batch"):
            return batches.part(w, node)
        case Unknown("data"):
            return receiver if isinstance(index, Slice) else batches.BATCH
        case Tuple(items):
            if isinstance(key, int) and -len(items) <= key < len(items):
                return items[key]
            part = sliced(items, index)
            return UNKNOWN if part is None else Tuple(part)
    found = w.state.heap.get(receiver.id) if isinstance(receiver, Ref) else None
    match found:
        case List(items, rest):
            if isinstance(key, int) and (-len(items) if rest is None else 0) <= key < len(items):
                return items[key]
            if isinstance(index, Slice):
                part = sliced(items, index) if rest is None else None
                return w.allocate(found if part is None else List(part, None, found.type))
            return rest or _one_of(w, items)
        case Dict(by_key, rest):
            if isinstance(index, Const) and key in by_key:
                return by_key[key]
            if not isinstance(index, Const) and rest is None and found.factory is None:
                return _one_of(w, tuple(by_key.values()))
            return rest or _missing(w, node, receiver, index)
        case Instance():
            own = protocols.call_special(w, node, receiver, "__getitem__", index)
            if own is not None:
                return own
            return module_containers.item(w, found, index) if found.is_module else UNKNOWN
    return UNKNOWN


def _one_of(w: Walker, items: tuple[Object, ...]) -> Object:
    """What an unknown position holds: of modules the first will do, as they are all used alike."""
    return items[0] if items and all(w.module(item) is not None for item in items) else UNKNOWN


def _missing(w: Walker, node: ast.AST, receiver: Object, index: Object) -> Object:
    """What a `defaultdict` puts under a key that it does not have."""
    found = w.deref(receiver, Dict)
    if found is None or found.factory is None or not isinstance(receiver, Ref):
        return UNKNOWN
    made = w.call(w, node, found.factory, Arguments())
    if w.live is None:
        return UNKNOWN
    if isinstance(index, Const):
        w.state.heap[receiver.id] = replace(found, items={**found.items, index.value: made})
    else:
        w.state.heap[receiver.id] = replace(found, rest=made)
    return made


def sliced(items: tuple[Object, ...], index: Object) -> tuple[Object, ...] | None:
    """`items[a:b:c]`; None where a bound is not known."""
    if not isinstance(index, Slice):
        return None
    start, stop, step = (bound(part) for part in (index.start, index.stop, index.step))
    if start is ... or stop is ... or step is ... or step == 0:
        return None
    return items[start:stop:step]


def bound(item: Object) -> int | EllipsisType | None:
    """A bound of a slice; Ellipsis where it is not known."""
    value = item.value if isinstance(item, Const) else ...
    return value if value is None or isinstance(value, int) else ...


def field(receiver: Tuple, name: str) -> Object:
    """A field of the named tuples that torch returns."""
    position = _NAMED_FIELDS.get(name)
    return receiver.items[position] if position is not None and position < len(receiver.items) else UNKNOWN


def combine(w: Walker, left: Object, right: Object, repeat: bool) -> Object | None:
    """`list + list`, `list * n`; None if neither is a list."""
    one, other = w.deref(left, List), w.deref(right, List)
    if repeat:
        found = one or other
        times = right if one is not None else left
        count = times.value if isinstance(times, Const) and isinstance(times.value, int) else _MOST_ITEMS + 1
        if found and found.rest is None and count * len(found.items) <= _MOST_ITEMS:
            return w.allocate(replace(found, items=found.items * count))
        return w.allocate(replace(found, rest=found.rest or found.items[-1])) if found and found.items else None
    if one is not None and other is not None:
        return w.allocate(List(one.items + other.items, one.rest or other.rest, one.type))
    if one is not None or other is not None:
        known = one or other
        assert known is not None
        return w.allocate(List(known.items if one is not None else (), UNKNOWN, known.type))
    return None


def call_list_method(w: Walker, node: ast.AST, receiver: Ref, name: str, arguments: Arguments) -> Object:
    """A method of a list, set or deque."""
    found = w.state.heap[receiver.id]
    assert isinstance(found, List)
    first = arguments.get(0, "item") or UNKNOWN
    if name in ("append", "add", "extend", "insert", "appendleft"):
        loop_tools.note_kept(w, node, receiver, arguments.get(1, "object") or first if name == "insert" else first)
    match name:
        case "append" | "add":
            if found.rest is None and len(found.items) < _MOST_ITEMS:
                w.state.heap[receiver.id] = replace(found, items=(*found.items, first))
            else:
                w.state.heap[receiver.id] = replace(found, rest=first)
            return NONE
        case "extend" | "update":
            items, exact = iterate(w, first, node)
            rest = found.rest or (None if exact else further(w, first))
            w.state.heap[receiver.id] = replace(found, items=found.items + tuple(items), rest=rest)
            return NONE
        case "insert" | "appendleft":
            new = (arguments.get(1, "object") if name == "insert" else first) or UNKNOWN
            at = first.value if name == "insert" and isinstance(first, Const) else 0
            if isinstance(at, int) and (found.rest is None or 0 <= at < len(found.items)):
                items = list(found.items)
                items.insert(at, new)
                w.state.heap[receiver.id] = replace(found, items=tuple(items))
            return NONE
        case "pop" | "popleft":
            index = arguments.get(0, "index") or Const(0 if name == "popleft" else -1)
            place = index.value if isinstance(index, Const) else None
            if isinstance(place, int) and found.rest is None and -len(found.items) <= place < len(found.items):
                kept = list(found.items)
                taken = kept.pop(place)
                w.state.heap[receiver.id] = replace(found, items=tuple(kept))
                return taken
            w.state.heap[receiver.id] = replace(found, rest=found.rest or UNKNOWN)
            return found.rest or UNKNOWN
        case "clear":
            w.state.heap[receiver.id] = List((), None, found.type)
            return NONE
        case "copy":
            return w.allocate(found)
        case "reverse" if found.rest is None:
            w.state.heap[receiver.id] = replace(found, items=tuple(reversed(found.items)))
            return NONE
        case "sort" | "reverse" | "remove" | "discard":
            w.state.heap[receiver.id] = replace(found, rest=found.rest or (found.items[-1] if found.items else None))
            return NONE
    return Scalar() if name in ("index", "count") else UNKNOWN


def call_dict_method(w: Walker, node: ast.AST, receiver: Ref, name: str, arguments: Arguments) -> Object:
    """A method of a dictionary."""
    found = w.state.heap[receiver.id]
    assert isinstance(found, Dict)
    first = arguments.get(0, "key")
    match name:
        case "items":
            pairs = tuple(Tuple((Const(key), value)) for key, value in found.items.items())
            rest = Tuple((UNKNOWN, found.rest)) if found.rest is not None else None
            return Iterator(pairs, rest, exact=rest is None)
        case "values":
            return Iterator(tuple(found.items.values()), found.rest, exact=found.rest is None)
        case "keys":
            return Iterator(tuple(Const(key) for key in found.items), None, exact=found.rest is None)
        case "get" | "pop" | "setdefault":
            default = arguments.get(1, "default")
            if isinstance(first, Const) and first.value in found.items:
                if name == "pop":
                    left = {key: value for key, value in found.items.items() if key != first.value}
                    w.state.heap[receiver.id] = replace(found, items=left)
                return found.items[first.value]
            if name == "setdefault" and isinstance(first, Const):
                w.state.heap[receiver.id] = replace(found, items={**found.items, first.value: default or NONE})
            if isinstance(first, Const) and found.rest is None:
                return default or NONE
            return found.rest or UNKNOWN
        case "update":
            other = w.deref(first, Dict)
            merged: dict[object, Object] = dict(found.items)
            merged.update(other.items if other is not None else {})
            merged.update(arguments.keywords)
            others = other.rest if other is not None else UNKNOWN if first is not None else None
            w.state.heap[receiver.id] = replace(found, items=merged, rest=found.rest or others)
            return NONE
        case "copy":
            return w.allocate(found)
        case "clear":
            w.state.heap[receiver.id] = Dict({}, None, found.factory)
            return NONE
    return UNKNOWN
