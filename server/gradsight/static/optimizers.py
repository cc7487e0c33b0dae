"""Optimizers: what they hold, and what `step` and `zero_grad` do."""

from __future__ import annotations

import ast

from gradsight.autograd.events import GradsCleared, OptimizerBuilt, Site, Stepped
from gradsight.autograd.module_events import GroupsGiven
from gradsight.static import generators
from gradsight.static.objects import (
    NONE,
    UNKNOWN,
    Arguments,
    Const,
    Dict,
    Iterator,
    List,
    Object,
    Optimizer,
    Ref,
    Tensor,
    Tuple,
    Unknown,
)
from gradsight.static.walker import Walker


def is_optimizer(name: str) -> bool:
    """Whether a public name is a class of optimizers."""
    module, _, short = name.rpartition(".")
    return module == "torch.optim" and short[:1].isupper() and short != "Optimizer"


def construct(w: Walker, node: ast.AST, name: str, arguments: Arguments) -> Object:
    """`torch.optim.SGD(parameters, ...)`."""
    given = arguments.get(0, "params") or UNKNOWN
    groups = _groups(w, given)
    parts = [held(w, group, node) for group in groups]
    known = [part for part in parts if part is not None]
    parameters = tuple(dict.fromkeys(number for part in known for number in part)) if len(known) == len(parts) else None
    ref = w.allocate(Optimizer(name, parameters))
    values = None if parameters is None else tuple(w.state.tensors[number] for number in parameters)
    w.record(OptimizerBuilt, node, optimizer=ref.id, name=None, parameters=values)
    if parameters is not None:
        filled = tuple(tuple(w.state.tensors[number] for number in part) for part in known)
        w.record(GroupsGiven, node, optimizer=ref.id, groups=filled, spots=_spots(w, node, len(filled)))
    for value in values or ():
        if value.is_leaf is False and value.requires_grad and not value.retains_grad:
            # PyTorch raises; the walk goes on as if the tensor had been made a leaf of its own.
            w.state.update(value.id, is_leaf=True)
    return ref


def _groups(w: Walker, item: Object) -> list[Object]:
    """The parameter groups, where all of them are dictionaries of known content; else the whole as one."""
    listed = w.deref(item, List)
    items = list(listed.items) if listed is not None and listed.rest is None else []
    return items if items and all(w.deref(part, Dict) is not None for part in items) else [item]


def _spots(w: Walker, node: ast.AST, count: int) -> tuple[Site | None, ...]:
    """Where the call itself writes out its groups."""
    given = node.args[0] if isinstance(node, ast.Call) and node.args else None
    if isinstance(given, ast.List | ast.Tuple) and len(given.elts) == count > 1:
        return tuple(w.site(part) if isinstance(part, ast.Dict) else None for part in given.elts)
    return (None,) * count


def held(w: Walker, item: Object, node: ast.AST, by: str = "optimizer") -> tuple[int, ...] | None:
    """Ids of the tensors that an optimizer gets: tensors, or groups of them; None if unknown."""
    parts: tuple[Object, ...]
    match item:
        case Tensor(number):
            return (number,)
        case Tuple(items):
            parts = items
        case Iterator(items, _, exact):
            if not generators.goes_on(w, item, node, by):
                return ()
            if not exact:
                return None
            parts = items
        case _:
            found = w.state.heap.get(item.id) if isinstance(item, Ref) else None
            if isinstance(found, Dict):
                return held(w, found.items.get("params", UNKNOWN), node, by) if found.rest is None else None
            if not isinstance(found, List) or found.rest is not None:
                return None
            parts = found.items
    numbers: list[int] = []
    for part in parts:
        if isinstance(part, Tuple) and len(part.items) == 2 and isinstance(part.items[1], Tensor):
            part = part.items[1]  # named_parameters() gives (name, tensor)
        inner = held(w, part, node, by)
        if inner is None:
            return None
        numbers.extend(inner)
    return tuple(dict.fromkeys(numbers))


def call_method(w: Walker, node: ast.AST, ref: Ref, found: Optimizer, name: str, arguments: Arguments) -> Object:
    """A method of an optimizer that is known."""
    label = _name(node)
    match name:
        case "step":
            closure = arguments.get(0, "closure")
            result: Object = NONE
            if closure is not None and closure != NONE and not isinstance(closure, Unknown):
                result = w.call(w, node, closure, Arguments())
            if w.live is not None:
                step(w, node, ref.id, label, found.parameters)
            return result
        case "zero_grad":
            flag = arguments.get(0, "set_to_none")
            clear(w, found.parameters, keep=isinstance(flag, Const) and not flag.value)
            w.record(GradsCleared, node, parameters=found.parameters, by="optimizer", name=label)
            return NONE
        case "add_param_group":
            more = held(w, arguments.get(0, "param_group") or UNKNOWN, node)
            both = None if more is None or found.parameters is None else found.parameters + more
            w.state.heap[ref.id] = Optimizer(found.type, both)
            values = None if both is None else tuple(w.state.tensors[number] for number in both)
            w.record(OptimizerBuilt, node, optimizer=ref.id, name=None, parameters=values)
            return NONE
    return UNKNOWN


def call_unknown(w: Walker, node: ast.AST, name: str, arguments: Arguments) -> Object:
    """A method of something that use shows to be an optimizer."""
    if name == "step":
        for item in arguments.each():
            if not isinstance(item, Unknown):
                w.call(w, node, item, Arguments())
        if w.live is not None:
            step(w, node, -1, _name(node), None)
    return UNKNOWN


def step(w: Walker, node: ast.AST, optimizer: int, name: str | None, parameters: tuple[int, ...] | None) -> None:
    """An optimizer moves its parameters."""
    w.record(Stepped, node, optimizer=optimizer, name=name, parameters=parameters)


def clear(w: Walker, parameters: tuple[int, ...] | None, keep: bool = False) -> None:
    """The gradients of these tensors are gone (or, with `keep`, zero)."""
    gradients = w.state.gradients
    for number in list(gradients) if parameters is None else parameters:
        if gradients.get(number) is not False:
            gradients[number] = None if parameters is None or keep else False


def _name(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return ast.unparse(node.func.value)
    return None
