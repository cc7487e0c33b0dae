"""Methods of tensors: `backward`, `detach`, `item`, `to`, the in-place ones; everything else is an op."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from gradsight.autograd.events import Applied, Cut, GradsCleared
from gradsight.autograd.values import Kind, Value
from gradsight.static import backward, dtypes, ops, tensor_attributes
from gradsight.static.objects import NONE, UNKNOWN, Arguments, Const, Dotted, Left, Object, Scalar, Tensor
from gradsight.static.walker import Walker

_TO_NUMBER = {"item", "tolist", "__float__", "__int__", "__bool__", "__index__"}
_METADATA = {
    "size", "dim", "ndimension", "numel", "nelement", "element_size", "stride", "storage_offset", "is_contiguous",
    "is_floating_point", "is_complex", "get_device", "data_ptr", "type", "storage", "untyped_storage",
}  # fmt: skip
_NEW = {"new_zeros", "new_ones", "new_empty", "new_full", "new_tensor", "new"}


def call(w: Walker, node: ast.AST, tensor: Tensor, name: str, arguments: Arguments) -> Object:
    """`tensor.name(...)`."""
    special = _SPECIAL.get(name)
    if special is not None:
        return special(w, node, tensor, arguments)
    value = w.state.value(tensor)
    if name in _TO_NUMBER:
        return Left(w.leave(node, value, Cut.NUMBER, f"torch.Tensor.{name}"))
    if name == "numpy" or name == "__array__":
        return Left(w.leave(node, value, Cut.NUMPY, "torch.Tensor.numpy"))
    if name in _METADATA and not (name == "type" and arguments.positional):
        if name == "size":
            return _size(w, tensor, arguments)
        return Scalar()
    if name in _NEW:
        return w.keep(w.new_value(requires_grad=False, is_leaf=True, kind=value.kind))
    owner = w.state.grad_of.get(tensor.id)
    if owner is not None and name in ("zero_", "detach_", "fill_"):
        if name == "zero_":
            owner_name = w.state.tensors[owner].name if owner in w.state.tensors else None
            w.record(GradsCleared, node, parameters=(owner,), by="tensor", name=owner_name)
        return tensor
    result = ops.apply(
        w,
        node,
        ops.Call(
            f"torch.Tensor.{name}", Arguments((tensor, *arguments.positional), arguments.keywords, arguments.unpacked)
        ),
    )
    if owner is not None and isinstance(result, Tensor) and name in ("data", "detach"):
        w.state.grad_of[result.id] = owner
    return result


def _size(w: Walker, tensor: Tensor, arguments: Arguments) -> Object:
    shape = w.state.value(tensor).shape
    first = arguments.get(0, "dim")
    if first is None:
        return tensor_attributes.shape_of(shape)
    index = first.value if isinstance(first, Const) else None
    if shape is not None and isinstance(index, int) and -len(shape) <= index < len(shape):
        size = shape[index]
        return Scalar() if size is None else Const(size)
    return Scalar()


def _backward(w: Walker, node: ast.AST, tensor: Tensor, arguments: Arguments) -> Object:
    backward.call_backward(w, node, (tensor,), arguments)
    return NONE


def _requires_grad(w: Walker, node: ast.AST, tensor: Tensor, arguments: Arguments) -> Object:
    tensor_attributes.set_requires_grad(w, node, tensor, arguments.get(0, "requires_grad") or Const(True))
    return tensor


def _retain_grad(w: Walker, node: ast.AST, tensor: Tensor, arguments: Arguments) -> Object:
    w.state.update(tensor.id, retains_grad=True)
    return NONE


def _detach_in_place(w: Walker, node: ast.AST, tensor: Tensor, arguments: Arguments) -> Object:
    value = w.state.value(tensor)
    cut = Cut.DETACH if value.requires_grad is True else None
    after = replace(value, requires_grad=False, is_leaf=True)
    event = w.record(Applied, node, op="torch.Tensor.detach_", inputs=(value,), outputs=(after,), keeps=False, cut=cut)
    w.state.tensors[tensor.id] = replace(after, made_by=event.id)
    return tensor


def _cast(kind: Kind, name: str) -> Callable[[Walker, ast.AST, Tensor, Arguments], Object]:
    def cast(w: Walker, node: ast.AST, tensor: Tensor, arguments: Arguments) -> Object:
        return _converted(w, node, tensor, ops.Call(f"torch.Tensor.{name}", Arguments((tensor,))), kind, name)

    return cast


def _converted(w: Walker, node: ast.AST, tensor: Tensor, call: ops.Call, kind: Kind, dtype: str) -> Object:
    """A cast: the tensor itself if it has that dtype, a new one if not, and one of the two where that is not known."""
    value = w.state.value(tensor)
    if kind is not Kind.FLOAT:
        return tensor if kind is value.kind and kind is Kind.BOOLEAN else ops.apply(w, node, call)
    known, wanted = w.state.dtypes.get(tensor.id), dtypes.precision(dtype)
    if known is not None and known == wanted:
        return tensor
    result = _copied(w, node, value, call.name, surely=known is not None or value.kind in (Kind.INTEGER, Kind.BOOLEAN))
    if wanted is not None:
        w.state.dtypes[result.id] = wanted
    return result


def _copied(w: Walker, node: ast.AST, value: Value, op: str, surely: bool) -> Tensor:
    """The float tensor that a cast gives; where it may be the tensor itself, it is no leaf for sure, nor a non-leaf."""
    off, scope = w.state.off_scope
    requires_grad = False if off else value.requires_grad
    leaf = (None if requires_grad is None else not requires_grad) if surely or value.is_leaf is False else None
    result = w.new_value(
        name=None if surely else value.name,
        requires_grad=requires_grad,
        is_leaf=leaf,
        kind=Kind.FLOAT,
        shape=value.shape,
    )
    cut = Cut.GRAD_MODE if off and surely and value.requires_grad is True else None
    event = w.record(
        Applied, node, op=op, inputs=(value,), outputs=(result,), keeps=False, scope=scope if off else None, cut=cut
    )
    return w.keep(replace(result, made_by=event.id))


def _register_hook(w: Walker, node: ast.AST, tensor: Tensor, arguments: Arguments) -> Object:
    return UNKNOWN


def _to(w: Walker, node: ast.AST, tensor: Tensor, arguments: Arguments) -> Object:
    """`.to(device)` may give the tensor itself: to be silent rather than wrong it is taken for that."""
    names = [item.name for item in arguments.each() if isinstance(item, Dotted)]
    name = next((name for name in names if dtypes.kind_of_dtype(name) is not None), None)
    kind = dtypes.kind_of_dtype(name) if name is not None else None
    if name is None or kind is None:
        return tensor
    call = ops.Call("torch.Tensor.to", Arguments((tensor, *arguments.positional), arguments.keywords))
    return _converted(w, node, tensor, call, kind, name)


def _same(w: Walker, node: ast.AST, tensor: Tensor, arguments: Arguments) -> Object:
    return tensor


_SPECIAL: dict[str, Callable[[Walker, ast.AST, Tensor, Arguments], Object]] = {
    "backward": _backward,
    "requires_grad_": _requires_grad,
    "retain_grad": _retain_grad,
    "detach_": _detach_in_place,
    "register_hook": _register_hook,
    "register_post_accumulate_grad_hook": _register_hook,
    "to": _to,
    "cpu": _same,
    "pin_memory": _same,
    "share_memory_": _same,
    "__repr__": lambda w, node, tensor, arguments: Scalar("str"),
    **{name: _cast(kind, name) for name, kind in dtypes.CASTS.items()},
}
