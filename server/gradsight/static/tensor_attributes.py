"""Attributes of tensors: reading `.grad`, `.data`, `.T`, `.shape`; assigning `.grad`, `.data`, `.requires_grad`."""

from __future__ import annotations

import ast
from dataclasses import replace

from gradsight.autograd.asking_events import GradGiven
from gradsight.autograd.events import AttributeSet, GradRead, GradsCleared, Mutated, RequiresGradSet
from gradsight.autograd.spelling import is_attempt
from gradsight.autograd.values import Kind
from gradsight.static import ops, translate
from gradsight.static.objects import (
    NONE,
    UNKNOWN,
    Arguments,
    Const,
    Method,
    Object,
    Scalar,
    Tensor,
    Tuple,
)
from gradsight.static.walker import Walker

_VIEWS = {"T", "mT", "H", "mH", "real", "imag"}
_METADATA = {"device", "dtype", "layout", "grad_fn", "names", "itemsize", "nbytes"}


def read(w: Walker, node: ast.AST, tensor: Tensor, name: str) -> Object:
    """`tensor.name`."""
    value = w.state.value(tensor)
    if name == "grad":
        return _read_grad(w, node, tensor)
    if name == "data":
        return ops.apply(w, node, ops.Call("torch.Tensor.data", Arguments((tensor,))))
    if name in _VIEWS:
        return ops.apply(w, node, ops.Call(f"torch.Tensor.{name}", Arguments((tensor,))))
    if name == "shape":
        return shape_of(value.shape)
    if name == "ndim":
        return Const(len(value.shape)) if value.shape is not None else Scalar()
    if name == "requires_grad":
        return Scalar("bool") if value.requires_grad is None else Const(value.requires_grad)
    if name == "is_leaf":
        return Scalar("bool") if value.is_leaf is None else Const(value.is_leaf)
    if name in _METADATA:
        return UNKNOWN
    return Method(tensor, name)


def shape_of(shape: tuple[int | None, ...] | None) -> Object:
    """`tensor.shape` as an object."""
    if shape is None:
        return UNKNOWN
    return Tuple(tuple(Scalar() if size is None else Const(size) for size in shape))


def _read_grad(w: Walker, node: ast.AST, tensor: Tensor) -> Object:
    value = w.state.value(tensor)
    has = w.state.gradients.get(tensor.id, False)
    if value.is_leaf is None or value.requires_grad is None or value.made_by is None:
        has = has or None  # it may be a leaf that something unseen gave a gradient
    w.record(GradRead, node, value=value, has_grad=has)
    if has is False:
        return NONE
    gradient = w.keep(
        w.new_value(requires_grad=None if has is None else False, is_leaf=True, kind=value.kind, shape=value.shape)
    )
    w.state.grad_of[gradient.id] = tensor.id
    return gradient


def assign(w: Walker, target: ast.Attribute, tensor: Tensor, item: Object, statement: ast.AST) -> None:
    """`tensor.name = item`."""
    value = w.state.value(tensor)
    match target.attr:
        case "grad":
            cleared = item == NONE
            w.state.gradients[tensor.id] = not cleared
            if cleared:
                w.record(GradsCleared, statement, parameters=(tensor.id,), by="tensor", name=value.name)
            else:
                w.record(GradGiven, statement, value=value)
        case "data":
            version = w.state.versions.get(value.storage or 0, 0)
            others = tuple(translate.values_in(w, item))
            w.record(
                Mutated, statement, op="torch.Tensor.data", inputs=others, outputs=(value,), target=value,
                version=version, noticed=False,
            )  # fmt: skip
        case "requires_grad":
            set_requires_grad(w, statement, tensor, item)
        case _:
            misspelt(w, statement, tensor, ast.unparse(target.value), target.attr, item, "assign")


def misspelt(w: Walker, at: ast.AST, tensor: Tensor, name: str, attribute: str, item: Object, form: str) -> None:
    """An attribute that PyTorch does not know. Where `requires_grad` was meant, the walk goes on as if it said so."""
    w.record(AttributeSet, at, receiver="tensor", name=name, attribute=attribute, form=form)
    value = w.state.value(tensor)
    meant = attribute == "requires_grad" or is_attempt(attribute)
    if meant and item == Const(True) and value.requires_grad is False:
        w.state.update(tensor.id, requires_grad=True, is_leaf=True)


def set_requires_grad(w: Walker, at: ast.AST, tensor: Tensor, item: Object) -> None:
    """`requires_grad_(flag)` or `.requires_grad = flag`: on a tensor without history, True makes a new leaf."""
    value = w.state.value(tensor)
    flag = bool(item.value) if isinstance(item, Const) else None
    w.record(RequiresGradSet, at, value=value, flag=flag)
    if flag is None:
        w.state.update(tensor.id, requires_grad=None, is_leaf=value.is_leaf)
    elif flag and value.requires_grad is False:
        kind = Kind.FLOAT if value.kind is not None and not value.kind.can_require_grad else value.kind
        w.state.update(tensor.id, requires_grad=True, is_leaf=True, kind=kind)
    elif flag and value.requires_grad is None:
        w.state.update(tensor.id, requires_grad=True)
    elif not flag and value.is_leaf is not False:
        w.state.tensors[tensor.id] = replace(value, requires_grad=False)
