"""Assignments: to names, attributes, slots; augmented ones; and what looks like one but is not."""

from __future__ import annotations

import ast
from dataclasses import replace

from gradsight.autograd.events import AttributeSet, MethodNamed, Rebound
from gradsight.static import batches, containers, loop_tools, module_containers, ops, registration, tensor_attributes
from gradsight.static.objects import (
    UNKNOWN,
    Arguments,
    Bound,
    Const,
    Dict,
    Instance,
    List,
    Method,
    Module,
    Object,
    Optimizer,
    Ref,
    Tensor,
    Tuple,
    Unknown,
)
from gradsight.static.operators import OPERATORS, binary
from gradsight.static.walker import Walker

_CALLED_FOR_EFFECT = {
    "tensor": {"backward", "zero_", "requires_grad_", "detach_", "retain_grad"},
    "optimizer": {"step", "zero_grad"},
    "module": {"train", "eval", "zero_grad"},
}


def plain(w: Walker, statement: ast.Assign) -> None:
    """`a = b = value`."""
    item = w.evaluate(w, statement.value)
    for target in statement.targets:
        if w.live is not None:
            assign(w, target, item, statement)


def annotated(w: Walker, statement: ast.AnnAssign) -> None:
    """`a: T = value`."""
    if statement.value is not None:
        item = w.evaluate(w, statement.value)
        if w.live is not None:
            assign(w, statement.target, item, statement)


def augmented(w: Walker, statement: ast.AugAssign) -> None:
    """`a += value`: in place for tensors and lists, a new object otherwise."""
    target = statement.target
    receiver = w.evaluate(w, target.value) if isinstance(target, ast.Attribute | ast.Subscript) else None
    old = w.evaluate(w, target)
    item = w.evaluate(w, statement.value)
    if w.live is None:
        return
    if isinstance(old, Tensor):
        name = f"torch.Tensor.__i{OPERATORS.get(type(statement.op), '')}__"
        ops.apply(w, statement, ops.Call(name, Arguments((old, item))))
        if isinstance(target, ast.Subscript) and isinstance(receiver, Tensor) and receiver != old:
            # `x[i] += v` writes the slice back; the write itself was through the view.
            ops.spread_through_views(w, w.state.value(old)) if w.state.value(old).requires_grad else None
        return
    module = w.module(old)
    if module is not None and isinstance(old, Ref) and module_containers.kind(module) is not None:
        module_containers.extended(w, statement, old, module, item)
        return
    found = w.deref(old, List)
    if found is not None and isinstance(statement.op, ast.Add) and isinstance(old, Ref):
        items, exact = containers.iterate(w, item, statement.value)
        loop_tools.note_kept(w, statement, old, Tuple(tuple(items)))
        w.state.heap[old.id] = List(found.items + tuple(items), found.rest or (None if exact else UNKNOWN), found.type)
        return
    assign(w, target, binary(w, statement, type(statement.op), old, item), statement)


def assign(w: Walker, target: ast.expr, item: Object, statement: ast.stmt | ast.AST) -> None:
    """Gives a target its new value."""
    match target:
        case ast.Name(name):
            _noted_rebinding(w, statement, name, w.held(name), item)
            w.bind(name, item)
            w.called(item, name)
            w.remember(target, item)
        case ast.Attribute():
            _assign_attribute(w, target, item, statement)
            w.remember(target, item)
        case ast.Subscript():
            _assign_slot(w, target, item, statement)
        case ast.Tuple(parts) | ast.List(parts):
            _unpack(w, parts, item, statement)
        case ast.Starred(inner):
            assign(w, inner, item, statement)


def _noted_rebinding(w: Walker, statement: ast.AST, name: str, old: Object | None, new: Object) -> None:
    if isinstance(old, Tensor) and isinstance(new, Tensor) and old.id != new.id:
        before = w.state.tensors.get(old.id)
        if before is not None and before.requires_grad is True and before.is_leaf is True:
            w.record(Rebound, statement, name=name, old=before, new=w.state.value(new))


def _unpack(w: Walker, parts: list[ast.expr], item: Object, statement: ast.AST) -> None:
    if isinstance(item, Unknown):
        items: list[Object] = [batches.part(w, statement) if item == batches.BATCH else item for _ in parts]
    else:
        found, _ = containers.iterate(w, item, statement)
        further = containers.further(w, item)
        items = [*found, *[further] * max(0, len(parts) - len(found))]
    starred = next((index for index, part in enumerate(parts) if isinstance(part, ast.Starred)), None)
    if starred is not None and len(items) >= len(parts) - 1:
        after = len(parts) - starred - 1
        middle = items[starred : len(items) - after]
        items = [*items[:starred], w.allocate(List(tuple(middle))), *items[len(items) - after :]]
    for part, value in zip(parts, items, strict=False):
        assign(w, part, value, statement)


def _assign_attribute(w: Walker, target: ast.Attribute, item: Object, statement: ast.AST) -> None:
    receiver = w.evaluate(w, target.value)
    if w.live is None:
        return
    if isinstance(receiver, Tensor):
        tensor_attributes.assign(w, target, receiver, item, statement)
        return
    if isinstance(receiver, Module):
        w.state.scopes.setdefault(receiver.scope, {})[target.attr] = item
        return
    found = w.deref(receiver, Instance)
    if found is None or not isinstance(receiver, Ref):
        return
    if found.is_module and "grad" in target.attr:
        w.record(
            AttributeSet,
            statement,
            receiver="module",
            name=ast.unparse(target.value),
            attribute=target.attr,
            form="assign",
        )
    name = ast.unparse(target)
    _noted_rebinding(w, statement, name, found.attributes.get(target.attr), item)
    if found.is_module:
        found = registration.assigned(w, target, receiver, found, item, statement)
    w.state.heap[receiver.id] = replace(found, attributes={**found.attributes, target.attr: item})
    w.called(item, name)


def _assign_slot(w: Walker, target: ast.Subscript, item: Object, statement: ast.AST) -> None:
    receiver = w.evaluate(w, target.value)
    index = w.evaluate(w, target.slice)
    if w.live is None:
        return
    if isinstance(receiver, Tensor):
        ops.apply(w, statement, ops.Call("torch.Tensor.__setitem__", Arguments((receiver, index, item))))
        return
    if not isinstance(receiver, Ref):
        return
    found = w.state.heap.get(receiver.id)
    if loop_tools.grows(found, index):
        loop_tools.note_kept(w, statement, receiver, item)
    if isinstance(found, Instance) and found.is_module:
        module_containers.put(w, statement, receiver, found, index, item)
    elif isinstance(found, Dict):
        if isinstance(index, Const):
            w.state.heap[receiver.id] = Dict({**found.items, index.value: item}, found.rest, found.factory)
        else:
            w.state.heap[receiver.id] = Dict(found.items, item, found.factory)
    elif isinstance(found, List):
        position = index.value if isinstance(index, Const) else None
        if isinstance(position, int) and -len(found.items) <= position < len(found.items):
            items = list(found.items)
            items[position] = item
            w.state.heap[receiver.id] = List(tuple(items), found.rest, found.type)
        else:
            w.state.heap[receiver.id] = List((), item, found.type)


# --- statements that only look as if they did something --------------------------------------------


def method_named(w: Walker, node: ast.Attribute, item: Object) -> None:
    """`loss.backward` without parentheses."""
    receiver = _receiver_kind(w, item)
    if receiver is not None and node.attr in _CALLED_FOR_EFFECT.get(receiver, ()):
        w.record(MethodNamed, node, receiver=receiver, name=ast.unparse(node.value), method=node.attr)


def _receiver_kind(w: Walker, item: Object) -> str | None:
    match item:
        case Method(Tensor()):
            return "tensor"
        case Method(Unknown(role)):
            return role
        case Method(receiver) | Bound(_, receiver):
            if w.deref(receiver, Optimizer) is not None:
                return "optimizer"
            if w.module(receiver) is not None and not isinstance(item, Bound):
                return "module"
    return None


def compared_instead_of_assigned(w: Walker, statement: ast.Expr, node: ast.Compare) -> None:
    """`x.requires_grad == True` as a statement."""
    left = node.left
    if isinstance(left, ast.Attribute) and left.attr == "requires_grad" and isinstance(node.ops[0], ast.Eq):
        receiver, item = w.evaluate(w, left.value), w.evaluate(w, node.comparators[0])
        if isinstance(receiver, Tensor):
            tensor_attributes.misspelt(w, statement, receiver, ast.unparse(left.value), left.attr, item, "compare")
