"""The methods that every `nn.Module` has from PyTorch."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace

from gradsight.autograd.events import GradsCleared, RequiresGradSet
from gradsight.autograd.module_events import StateLoaded
from gradsight.static import filling, generators, hooks, loop_tools, optimizers, registration
from gradsight.static.objects import (
    NONE,
    UNKNOWN,
    Arguments,
    Class,
    Const,
    Instance,
    Iterator,
    Object,
    Ref,
    Scalar,
    Tensor,
    Tuple,
    Unknown,
)
from gradsight.static.walker import Walker

_FLUENT = [
    "train",
    "eval",
    "to",
    "cuda",
    "cpu",
    "float",
    "double",
    "half",
    "bfloat16",
    "type",
    "to_empty",
    "share_memory",
    "xpu",
]
_MOST_MODULES = 64
NAMES = frozenset(
    [
        *_FLUENT, "parameters", "named_parameters", "buffers", "named_buffers", "children", "named_children", "modules",
        "named_modules", "zero_grad", "requires_grad_", "state_dict", "load_state_dict", "apply", "register_buffer",
        "register_parameter", *hooks.NAMES,
        "register_module", "add_module", "append", "extend", "insert", "get_parameter", "get_submodule", "forward",
        "__call__", "items", "keys", "values", "compile", "extra_repr", "__init__",
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Called:
    """One call of such a method."""

    node: ast.AST
    ref: Ref
    found: Instance
    arguments: Arguments
    parameters: tuple[tuple[str, Tensor], ...]


def call(
    w: Walker, node: ast.AST, ref: Ref, found: Instance, name: str, arguments: Arguments,
    parameters: tuple[tuple[str, Tensor], ...],
) -> Object:  # fmt: skip
    """`module.name(...)`."""
    if name in ("train", "eval"):
        _set_mode(w, _Called(node, ref, found, arguments, parameters), name)
        mode = Const(False) if name == "eval" else arguments.get(0, "mode") or Const(True)
        _switch(w, ref, mode if isinstance(mode, Const) else Scalar("bool"), set())
    if name in _FLUENT:
        return ref
    if name in hooks.NAMES:
        return hooks.register(w, ref, found, name, arguments)
    handler = _HANDLERS.get(name)
    if handler is not None:
        return handler(w, _Called(node, ref, found, arguments, parameters))
    if name in NAMES:
        return UNKNOWN
    w.opaque(node, [ref, *arguments.each()])
    return UNKNOWN


def _switch(w: Walker, ref: Ref, flag: Object, seen: set[int]) -> None:
    """`training` of a module of the program and of all below it."""
    found = w.module(ref)
    if found is None or ref.id in seen:
        return
    seen.add(ref.id)
    if isinstance(found.type, Class):
        w.state.heap[ref.id] = replace(found, attributes={**found.attributes, "training": flag})
    for _, item in _children(w, found):
        if isinstance(item, Ref):
            _switch(w, item, flag, seen)


def _children(w: Walker, found: Instance) -> list[tuple[str, Object]]:
    return [(name, item) for name, item in found.attributes.items() if w.module(item) is not None]


def _complete(w: Walker, called: _Called) -> bool:
    waiting, seen = [called.found], set()
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        if not found.complete:
            return False
        waiting.extend(inner for _, item in _children(w, found) if (inner := w.module(item)) is not None)
    return True


def _listed(w: Walker, called: _Called, method: str) -> None:
    registration.listed(w, called.node, called.ref, method, tuple(tensor.id for _, tensor in called.parameters))


def _state(w: Walker, called: _Called) -> Object:
    _listed(w, called, "state_dict")
    return UNKNOWN


def _parameters(w: Walker, called: _Called) -> Object:
    _listed(w, called, "parameters")
    tensors: tuple[Object, ...] = tuple(tensor for _, tensor in called.parameters)
    exact = _complete(w, called)
    rest = None if exact else tensors[-1] if tensors else w.unknown_tensor()
    return generators.made(w, called.node, Iterator(tensors, rest, exact))


def _named_parameters(w: Walker, called: _Called) -> Object:
    _listed(w, called, "named_parameters")
    pairs = tuple(Tuple((Const(name), tensor)) for name, tensor in called.parameters)
    exact = _complete(w, called)
    rest = None if exact else pairs[-1] if pairs else UNKNOWN
    return generators.made(w, called.node, Iterator(pairs, rest, exact))


def _child_iterator(w: Walker, called: _Called) -> Object:
    return Iterator(tuple(item for _, item in _children(w, called.found)), None, called.found.complete)


def _named_children(w: Walker, called: _Called) -> Object:
    pairs = tuple(Tuple((Const(name), item)) for name, item in _children(w, called.found))
    return Iterator(pairs, None, called.found.complete)


def _named_modules(w: Walker, called: _Called) -> Object:
    found: list[Object] = []

    def visit(prefix: str, item: Object, seen: tuple[Object, ...]) -> None:
        inner = w.module(item)
        if inner is None or item in seen or len(found) > _MOST_MODULES:
            return
        found.append(Tuple((Const(prefix), item)))
        for name, child in _children(w, inner):
            visit(f"{prefix}.{name}" if prefix else name, child, (*seen, item))

    visit("", called.ref, ())
    return Iterator(tuple(found), None, _complete(w, called))


def _modules(w: Walker, called: _Called) -> Object:
    found: list[Object] = []
    waiting: list[Object] = [called.ref]
    while waiting and len(found) < _MOST_MODULES:
        item = waiting.pop(0)
        if item not in found:
            found.append(item)
            inner = w.module(item)
            waiting.extend(child for _, child in _children(w, inner) if inner) if inner is not None else None
    return Iterator(tuple(found), None, _complete(w, called))


def _set_mode(w: Walker, called: _Called, name: str) -> None:
    parts = _modules(w, called)
    assert isinstance(parts, Iterator)
    loop_tools.set_mode(
        w, called.node, name, called.arguments, tuple(item.id for item in parts.items if isinstance(item, Ref)),
        tuple(tensor.id for _, tensor in called.parameters), loop_tools.varies(w, parts.items, parts.exact),
    )  # fmt: skip


def _receiver(node: ast.AST) -> str | None:
    return ast.unparse(node.func.value) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None


def _zero_grad(w: Walker, called: _Called) -> Object:
    known = tuple(tensor.id for _, tensor in called.parameters) if _complete(w, called) else None
    optimizers.clear(w, known)
    name = _receiver(called.node)
    w.record(GradsCleared, called.node, parameters=known, by="module", name=name)
    return NONE


def _requires_grad(w: Walker, called: _Called) -> Object:
    flag = called.arguments.get(0, "requires_grad") or Const(True)
    known = bool(flag.value) if isinstance(flag, Const) else None
    for _, tensor in called.parameters:
        w.record(RequiresGradSet, called.node, value=w.state.value(tensor), flag=known)
        w.state.update(tensor.id, requires_grad=known)
    return called.ref


def _register(w: Walker, called: _Called) -> Object:
    name, item = called.arguments.get(0, "name"), called.arguments.get(1, "tensor")
    item = item or called.arguments.keywords.get("param") or called.arguments.keywords.get("module")
    if isinstance(name, Const) and isinstance(name.value, str) and item is not None:
        label = f"{_receiver(called.node) or 'self'}.{name.value}"
        found = registration.member(w, called.node, called.ref, called.found, name.value, label, item)
        w.state.heap[called.ref.id] = replace(found, attributes={**found.attributes, name.value: item})
    else:
        w.state.heap[called.ref.id] = replace(called.found, complete=False)
    return NONE


def _apply(w: Walker, called: _Called) -> Object:
    function = called.arguments.get(0, "fn")
    modules = _modules(w, called)
    if function is not None and isinstance(modules, Iterator):
        for item in modules.items:
            if w.live is not None:
                w.call(w, called.node, function, Arguments((item,)))
    return called.ref


def _part(w: Walker, called: _Called) -> Object:
    """`get_submodule(name)`: through a part that cannot be told any parameter may be changed or replaced."""
    name = called.arguments.get(0, "target")
    item: Object | None = called.ref
    for step in str(name.value).split(".") if isinstance(name, Const) and name.value else ():
        found = w.module(item)
        item = found.attributes.get(step) if found is not None else None
    if item is not None and isinstance(name, Const):
        return item
    for _, tensor in called.parameters:
        w.state.update(tensor.id, requires_grad=None, is_leaf=None)
    return Unknown("module")


def _load(w: Walker, called: _Called) -> Object:
    w.record(StateLoaded, called.node, parameters=tuple(tensor.id for _, tensor in called.parameters))
    filling.load(w, called.node, (tensor for _, tensor in called.parameters))
    return UNKNOWN


_HANDLERS: dict[str, Callable[[Walker, _Called], Object]] = {
    "parameters": _parameters,
    "named_parameters": _named_parameters,
    "children": _child_iterator,
    "named_children": _named_children,
    "modules": _modules,
    "named_modules": _named_modules,
    "zero_grad": _zero_grad,
    "requires_grad_": _requires_grad,
    "register_buffer": _register,
    "register_parameter": _register,
    "add_module": _register,
    "register_module": _register,
    "apply": _apply,
    "load_state_dict": _load,
    "get_submodule": _part,
    "get_parameter": _part,
    "state_dict": _state,
}
