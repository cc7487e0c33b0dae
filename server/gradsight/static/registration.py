"""What a module registers, what its attributes hide from it, and the events that tell of both."""

from __future__ import annotations

import ast
from collections.abc import Iterator as Iter
from dataclasses import dataclass, field, replace

from gradsight.autograd.module_events import Hidden, MemberSet, ModuleBuilt, ModuleFlagged, ParametersListed
from gradsight.autograd.values import Known, Value
from gradsight.static import functions
from gradsight.static.objects import Class, Const, Dict, Dotted, Instance, List, Object, Ref, Tensor, Tuple, Unknown
from gradsight.static.walker import Walker

_DEEPEST = 3
_PLAIN_BASES = ("object", "abc.ABC", "typing.Generic", "typing.Protocol")
_REGISTERING = ("torch.nn.", "lightning.", "pytorch_lightning.", "transformers.")
"""Where base classes come from that register modules in the way of `nn.Module`."""
_OWN_WAYS = ("__setattr__", "parameters", "named_parameters", "__getattribute__", "_apply")


# --- what is registered ------------------------------------------------------------------------


def named_parameters(
    w: Walker, ref: Object, prefix: str = "", seen: set[int] | None = None
) -> Iter[tuple[str, Tensor]]:
    """The registered parameters of a module and its sub-modules, each once, in the order of assignment."""
    seen = set() if seen is None else seen
    found = w.module(ref)
    if found is None or not isinstance(ref, Ref) or ref.id in seen:
        return
    seen.add(ref.id)
    for name, item in found.attributes.items():
        if isinstance(item, Tensor) and item.id not in seen and w.state.value(item).is_parameter:
            seen.add(item.id)
            yield f"{prefix}{name}", item
    for name, item in found.attributes.items():
        if isinstance(item, Ref):
            yield from named_parameters(w, item, f"{prefix}{name}.", seen)


def parameter_ids(w: Walker, ref: Object) -> tuple[int, ...]:
    """Ids of the parameters of a module."""
    return tuple(tensor.id for _, tensor in named_parameters(w, ref))


def parameter_values(w: Walker, ref: Object) -> tuple[Value, ...]:
    """The parameters of a module as they are now."""
    return tuple(w.state.value(tensor) for _, tensor in named_parameters(w, ref))


def is_trusted(of: Class | Dotted) -> bool:
    """Whether a class registers as `nn.Module` does, and in no way of its own."""
    if isinstance(of, Dotted):
        return True
    known = all(base in _PLAIN_BASES or base.startswith(_REGISTERING) for base in functions.outside_bases(of))
    return known and not any(functions.find_method(of, name) is not None for name in _OWN_WAYS)


# --- what is hidden ----------------------------------------------------------------------------


@dataclass
class _Content:
    """What lies in a container."""

    values: dict[int, Value] = field(default_factory=dict)
    modules: bool = False
    tensors: bool = False
    other: bool = False
    nested: bool = False
    text_keys: Known = None


def hidden(w: Walker, ref: Object, registered: frozenset[int]) -> tuple[Hidden, ...]:
    """The containers among the module's own attributes that hold what is not `registered`."""
    found = w.module(ref)
    if found is None or not isinstance(ref, Ref):
        return ()
    result = []
    for name, item in found.attributes.items():
        kind = _container(w, item)
        if kind is None or name.startswith("<"):
            continue
        content = _Content()
        _look_into(w, item, content, 0)
        values = tuple(value for number, value in content.values.items() if number not in registered)
        if values:
            holds = "modules" if content.modules else "parameters"
            mixed = content.other or (content.modules and content.tensors)
            result.append(
                Hidden(ref.id, name, kind, holds, values, content.nested, other=mixed, text_keys=content.text_keys)
            )
    return tuple(result)


def hidden_below(w: Walker, ref: Object) -> tuple[Hidden, ...]:
    """The same for a module and all its registered sub-modules."""
    registered = frozenset(parameter_ids(w, ref))
    found: list[Hidden] = []
    waiting, seen = [ref], set()
    while waiting:
        item = waiting.pop()
        inner = w.module(item)
        if inner is None or not isinstance(item, Ref) or item.id in seen:
            continue
        seen.add(item.id)
        if is_trusted(inner.type):
            found += hidden(w, item, registered)
        waiting.extend(part for part in inner.attributes.values() if isinstance(part, Ref))
    return tuple(found)


def _container(w: Walker, item: Object) -> str | None:
    if isinstance(item, Tuple):
        return "tuple"
    found = w.state.heap.get(item.id) if isinstance(item, Ref) else None
    if isinstance(found, Dict):
        return "dict"
    return found.type if isinstance(found, List) else None


def _look_into(w: Walker, item: Object, content: _Content, depth: int) -> None:
    found = w.state.heap.get(item.id) if isinstance(item, Ref) else None
    parts: list[Object | None]
    if isinstance(item, Tuple):
        parts = list(item.items)
    elif isinstance(found, Dict):
        parts = [*found.items.values(), found.rest]
        if depth == 0 and found.items:
            content.text_keys = all(isinstance(key, str) and "." not in key for key in found.items)
    elif isinstance(found, List):
        parts = [*found.items, found.rest]
    else:
        return
    for part in parts:
        if part is None or isinstance(part, Unknown):
            continue
        if w.module(part) is not None:
            content.modules = True
            content.values.update((value.id, value) for value in parameter_values(w, part))
        elif isinstance(part, Tensor):
            content.tensors = True
            if (value := w.state.value(part)).is_parameter:
                content.values[value.id] = value
        elif _container(w, part) is not None and depth < _DEEPEST:
            content.nested = True
            _look_into(w, part, content, depth + 1)
        else:
            content.other = True


# --- events ------------------------------------------------------------------------------------


def assigned(
    w: Walker, target: ast.Attribute, ref: Ref, found: Instance, item: Object, statement: ast.AST
) -> Instance:
    """Tells of `module.attribute = item`; the module as it is from then on, without the new member."""
    if target.attr == "requires_grad":
        _flagged(w, target, ref, found, item, statement)
    return member(w, statement, ref, found, target.attr, ast.unparse(target), item)


def member(
    w: Walker, at: ast.AST, ref: Ref, found: Instance, attribute: str, name: str, item: Object
) -> Instance:
    """Tells what a module is given under a name. One that was not ready for it is from then on, as if repaired."""
    form, value, parameters = _given(w, item)
    if form is None:
        return found
    owned = form == "module" or (value is not None and value.is_parameter)
    old = found.attributes.get(attribute)
    w.record(
        MemberSet,
        at,
        module=ref.id,
        owner=found.type.name,
        name=name,
        attribute=attribute,
        form=form,
        value=value,
        parameters=parameters,
        replaced=_given(w, old)[2] if old is not None else (),
        ready=found.ready or not owned,
        inside=any(frame.receiver == ref for frame in w.frames),
    )
    return replace(found, ready=True) if owned and not found.ready else found


def _given(w: Walker, item: Object) -> tuple[str | None, Value | None, tuple[Value, ...]]:
    if isinstance(item, Tensor):
        value = w.state.value(item)
        wanted = value.is_parameter or value.requires_grad is True
        return ("tensor" if wanted else None), value, (value,) if value.is_parameter else ()
    if w.module(item) is not None:
        return "module", None, parameter_values(w, item)
    if _container(w, item) is not None:
        content = _Content()
        _look_into(w, item, content, 0)
        return "container", None, tuple(content.values.values())
    return None, None, ()


def _flagged(
    w: Walker, target: ast.Attribute, ref: Ref, found: Instance, item: Object, statement: ast.AST
) -> None:
    own = w.frame.receiver == ref
    if functions.find_method(found.type, "requires_grad") is not None or (own and not isinstance(item, Const)):
        return  # an attribute of its own that remembers what it was asked for
    if isinstance(found.type, Class) and _reads_own_flag(found.type):
        return
    w.record(
        ModuleFlagged,
        statement,
        name=ast.unparse(target.value),
        flag=bool(item.value) if isinstance(item, Const) else None,
        parameters=parameter_values(w, ref),
        complete=found.complete,
    )


def _reads_own_flag(of: Class) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == "requires_grad"
        and isinstance(node.ctx, ast.Load)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
        for entry in functions.linearised(of)
        for node in ast.walk(entry.node)
    )


def built(w: Walker, node: ast.AST, ref: Ref) -> None:
    """Tells that a module came into being."""
    found = w.module(ref)
    within = _forward_around(w)
    if found is None or (isinstance(found.type, Dotted) and within is None):
        return
    values = parameter_values(w, ref)
    concealed = hidden(w, ref, frozenset(value.id for value in values))
    if not values and not concealed and isinstance(found.type, Dotted):
        return
    w.record(
        ModuleBuilt,
        node,
        module=ref.id,
        type=found.type.name,
        registered=values,
        hidden=concealed,
        trusted=is_trusted(found.type),
        within=within,
    )


def _forward_around(w: Walker) -> int | None:
    """The module in whose `forward` the walk is."""
    for frame in reversed(w.frames):
        if frame.function == "forward" and isinstance(frame.receiver, Ref) and w.module(frame.receiver) is not None:
            return frame.receiver.id
    return None


def listed(w: Walker, node: ast.AST, ref: Ref, method: str, parameters: tuple[int, ...]) -> None:
    """Tells that somebody asked a module for its parameters."""
    w.record(
        ParametersListed, node, module=ref.id, method=method, parameters=parameters, hidden=hidden_below(w, ref)
    )


# --- `nn.Module.__init__` ----------------------------------------------------------------------


def needs_init(of: Class) -> bool:
    """Whether an object of this class is no working module before `nn.Module.__init__` has run, as far as is sure."""
    outside = functions.outside_bases(of)
    init = functions.find_method(of, "__init__")
    return (
        init is not None
        and "?" not in outside
        and any(base.startswith("torch.nn.") for base in outside)
        and functions.find_method(of, "__new__") is None
        and not any(entry.node.decorator_list for entry in functions.linearised(of))
    )


def initialised(w: Walker, ref: Object) -> None:
    """`nn.Module.__init__` ran, or may have."""
    found = w.module(ref)
    if found is not None and not found.ready and isinstance(ref, Ref):
        w.state.heap[ref.id] = replace(found, ready=True)
