"""Reading an attribute of any object."""

from __future__ import annotations

import ast

from gradsight.static import (
    calls,
    containers,
    custom_functions,
    distributions,
    functions,
    hooks,
    imports,
    loop_tools,
    modules,
    tensor_attributes,
)
from gradsight.static.objects import (
    UNKNOWN,
    Arguments,
    Bound,
    Class,
    Const,
    Dict,
    Dotted,
    EnumMember,
    Function,
    Instance,
    Iterator,
    Left,
    List,
    Method,
    Module,
    Object,
    Optimizer,
    Partial,
    Ref,
    Scalar,
    Super,
    Tensor,
    Tuple,
    Unknown,
)
from gradsight.static.walker import Walker

_TUPLE_METHODS = ("index", "count", "_replace", "_asdict")


def read(w: Walker, node: ast.AST, receiver: Object, name: str) -> Object:
    """`receiver.name`; UNKNOWN where nothing is known of it."""
    match receiver:
        case Tensor():
            return tensor_attributes.read(w, node, receiver, name)
        case Dotted():
            return calls.canonical(f"{receiver.name}.{name}")
        case Module():
            return imports.attribute(w, receiver, name)
        case Unknown() | Left() | Iterator() | Scalar() | Const():
            return Method(receiver, name)
        case Tuple():
            return _of_tuple(w, node, receiver, name)
        case EnumMember(_, title, value):
            return value if name == "value" else Const(title) if name == "name" else UNKNOWN
        case Class() if name in ("apply", "forward") and custom_functions.is_function(receiver):
            return Method(receiver, name)
        case Class():
            found = functions.find_method(receiver, name)
            if found is None:
                return UNKNOWN
            item, owner = found
            if isinstance(item, Function) and any(d == Dotted("classmethod") for d, _ in item.decorators):
                return functions.bind_receiver(item, receiver, owner)
            return functions.owned(item, owner) if isinstance(item, Function) else item
        case Super(owner, of):
            return _on_super(w, owner, of, name)
        case Partial() if name == "func":
            return receiver.function
        case Ref():
            return _on_heap(w, node, receiver, name)
    return UNKNOWN


def _of_tuple(w: Walker, node: ast.AST, receiver: Tuple, name: str) -> Object:
    if name in _TUPLE_METHODS:
        return Method(receiver, name)
    if name in receiver.fields:
        return receiver.items[receiver.fields.index(name)]
    found = functions.find_method(receiver.owner, name) if receiver.owner is not None else None
    if found is None:
        return containers.field(receiver, name)
    bound = functions.bind_receiver(found[0], receiver, found[1]) if isinstance(found[0], Function) else found[0]
    if functions.is_property(found[0]):
        return w.call(w, node, bound, Arguments())
    return bound


def _on_super(w: Walker, owner: Class, receiver: Object, name: str) -> Object:
    instance = w.deref(receiver, Instance)
    of = instance.type if instance is not None else receiver
    found = functions.find_method(of, name, after=owner)
    if found is None:
        return Method(Super(owner, receiver), name)
    item, base = found
    return functions.bind_receiver(item, receiver, base) if isinstance(item, Function) else item


def _on_heap(w: Walker, node: ast.AST, receiver: Ref, name: str) -> Object:
    found = w.state.heap.get(receiver.id)
    match found:
        case List() | Dict() | Optimizer():
            return Method(receiver, name)
        case Instance():
            if distributions.is_distribution(found):
                return distributions.read(w, node, receiver, found, name)
            if name in found.attributes:
                return found.attributes[name]
            method = functions.find_method(found.type, name)
            if method is not None:
                return _of_class(w, node, receiver, *method)
            if found.is_module:
                return modules.read(w, node, receiver, found, name)
            if found.type == custom_functions.CTX:
                return custom_functions.read_ctx(w, receiver, found, name)
            callable_there = found.type in (Dotted("contextlib.ExitStack"), hooks.HANDLE) or loop_tools.is_tool(
                found.type
            )
            return Method(receiver, name) if callable_there else UNKNOWN
    return UNKNOWN


def _of_class(w: Walker, node: ast.AST, receiver: Ref, item: Object, owner: Class) -> Object:
    if not isinstance(item, Function):
        return item
    bound = functions.bind_receiver(item, receiver, owner)
    if functions.is_property(item) and isinstance(bound, Bound):
        return functions.call_function(w, node, bound.function, Arguments(), receiver)
    return bound
