"""Making tensors: factory calls, copies of data, parameters."""

from __future__ import annotations

import ast
from dataclasses import replace

from gradsight.autograd.events import Applied, AttributeSet, Created, Cut
from gradsight.autograd.values import Form, Kind, Known, Shape, Value
from gradsight.static import dtypes, ops, translate
from gradsight.static.objects import (
    Arguments,
    Const,
    Dotted,
    Left,
    List,
    Object,
    Tensor,
    Tuple,
    Unknown,
)
from gradsight.static.walker import Walker

_FLOAT_FACTORIES = {
    "randn",
    "rand",
    "zeros",
    "ones",
    "empty",
    "eye",
    "linspace",
    "logspace",
    "normal",
    "hann_window",
    "hamming_window",
}
_INTEGER_FACTORIES = {"randint", "randperm"}
_OTHER_FACTORIES = {"full", "arange", "range", "scalar_tensor", "complex", "polar"}
_LIKE = {"zeros_like", "ones_like", "rand_like", "randn_like", "empty_like", "full_like", "randint_like"}
_COPIES = {
    "tensor",
    "Tensor",
    "FloatTensor",
    "DoubleTensor",
    "LongTensor",
    "IntTensor",
    "from_numpy",
    "asarray",
    "as_tensor",
}
_KINDS = {
    "LongTensor": Kind.INTEGER,
    "IntTensor": Kind.INTEGER,
    "FloatTensor": Kind.FLOAT,
    "DoubleTensor": Kind.FLOAT,
    "Tensor": Kind.FLOAT,
}


def is_factory(name: str) -> bool:
    """Whether a public name makes a tensor without a graph."""
    if name in ("torch.nn.Parameter", "torch.autograd.Variable"):
        return True
    module, _, short = name.rpartition(".")
    return module == "torch" and (
        short in _FLOAT_FACTORIES
        or short in _INTEGER_FACTORIES
        or short in _OTHER_FACTORIES
        or short in _LIKE
        or short in _COPIES
    )


def create(w: Walker, node: ast.AST, name: str, arguments: Arguments) -> Object:
    """The tensor that a factory call makes."""
    short = name.rpartition(".")[2]
    if short in ("normal", "linspace", "full", "complex", "polar") and any(
        isinstance(a, Tensor) for a in arguments.each()
    ):
        return ops.apply(w, node, ops.Call(name, arguments))
    explicit = _explicit(w, node, arguments)
    data = arguments.get(0, "data")
    if short in ("as_tensor", "asarray") and isinstance(data, Tensor) and "dtype" not in arguments.keywords:
        return data  # the same tensor, graph included
    if short == "Parameter":
        return _parameter(w, node, name, arguments, explicit)
    if short == "Variable" and isinstance(data, Unknown):
        data = w.unknown_tensor(requires_grad=None)
    copied = tuple(_copied(w, data)) if short in _COPIES or short == "Variable" else ()
    kind = _kind(w, short, arguments, copied)
    asked = explicit if explicit is not None else False
    return _made(w, node, name, explicit, asked, kind, copied, arguments)


def _made(
    w: Walker, node: ast.AST, name: str, explicit: Known, asked: Known, kind: Kind | None,
    copied: tuple[Value, ...], arguments: Arguments, is_parameter: bool = False,
) -> Tensor:  # fmt: skip
    shape = ops.infer_shape(w, ops.Call(name, arguments)) if not is_parameter else None
    shared = copied[0].storage if name.endswith("Variable") and copied else None
    value = w.new_value(
        requires_grad=asked, is_leaf=True, kind=kind, storage=shared, is_parameter=is_parameter,
        shape=copied[0].shape if len(copied) == 1 and (is_parameter or name.endswith("Variable")) else one_shape(shape),
    )  # fmt: skip
    number = w.recorder.number()
    value = replace(value, made_by=number, is_inference=w.state.inference)
    w.recorder.add(
        Created(
            id=number,
            site=w.site(node),
            branch=w.branch,
            calls=w.calls,
            value=value,
            by=name,
            explicit=explicit,
            inputs=copied,
            cut=Cut.REWRAP if any(from_graph(w, item) for item in copied) else None,
        )
    )
    if asked and kind is not None and not kind.can_require_grad:
        value = replace(value, kind=Kind.FLOAT)  # PyTorch raises; the walk goes on as if it had been made float
    precision = _precision(w, arguments, copied) if value.kind is Kind.FLOAT else None
    if precision is not None:
        w.state.dtypes[value.id] = precision
    return w.keep(value)


def _precision(w: Walker, arguments: Arguments, copied: tuple[Value, ...]) -> str | None:
    """The dtype of a float tensor: what was asked for, that of the one tensor it copies, else the default."""
    dtype = arguments.keywords.get("dtype")
    if isinstance(dtype, Dotted):
        return dtypes.precision(dtype.name)
    if dtype is not None and dtype != Const(None):
        return None
    if copied:
        known = {w.state.dtypes.get(value.id) for value in copied}
        return known.pop() if len(known) == 1 else None
    return "float32"


def one_shape(shape: object) -> Shape:
    """The shape of a single result; None where there are several."""
    return shape if isinstance(shape, tuple) and not (shape and isinstance(shape[0], tuple)) else None


def from_graph(w: Walker, value: Value) -> bool:
    """Whether a value carries a history that a copy drops: it requires grad, or is a number from what did."""
    if value.form is Form.TENSOR:
        return value.requires_grad is True
    maker = w.recorder.maker(value)
    return isinstance(maker, Applied) and maker.cut is not None


def _explicit(w: Walker, node: ast.AST, arguments: Arguments) -> Known:
    keyword = arguments.keywords.get("requires_grad")
    if keyword is not None:
        return bool(keyword.value) if isinstance(keyword, Const) else None
    for name, item in arguments.keywords.items():
        if "grad" in name and isinstance(node, ast.Call):
            at = next((keyword for keyword in node.keywords if keyword.arg == name), node)
            w.record(AttributeSet, at, receiver="tensor", name=None, attribute=name, form="keyword")
            return bool(item.value) if isinstance(item, Const) else None
    return None


def _parameter(w: Walker, node: ast.AST, name: str, arguments: Arguments, explicit: Known) -> Tensor:
    data = arguments.get(0, "data")
    copied = tuple(_copied(w, data))
    kind = copied[0].kind if len(copied) == 1 else None
    flag = arguments.get(1, "requires_grad")
    if isinstance(flag, Const):
        explicit = bool(flag.value)
    asked = True if explicit is None and flag is None else explicit
    return _made(w, node, name, explicit, asked, kind, copied, arguments, is_parameter=True)


def _copied(w: Walker, data: Object | None) -> list[Value]:
    if data is None:
        return []
    return list(translate.values_in(w, data))


def _kind(w: Walker, short: str, arguments: Arguments, copied: tuple[Value, ...]) -> Kind | None:
    dtype = arguments.keywords.get("dtype")
    if dtype is not None and dtype != Const(None):
        return dtypes.kind_of_dtype(dtype.name) if isinstance(dtype, Dotted) else None
    if short in _KINDS:
        return _KINDS[short]
    if short in _FLOAT_FACTORIES:
        return Kind.FLOAT
    if short in _INTEGER_FACTORIES:
        return Kind.INTEGER
    first = arguments.get(0, "data")
    if short in _LIKE or short == "Variable":
        return w.state.value(first).kind if isinstance(first, Tensor) else None
    if short == "full":
        fill = arguments.get(1, "fill_value")
        return dtypes.kind_of_constant(fill.value) if isinstance(fill, Const) else None
    if short == "arange":
        return dtypes.promote(*(_literal_kind(w, item) for item in arguments.positional))
    if short in ("tensor", "scalar_tensor", "as_tensor", "asarray"):
        return _literal_kind(w, first) if first is not None else None
    return None


def _literal_kind(w: Walker, item: Object) -> Kind | None:
    """The kind of the tensor that a nested literal becomes."""
    match item:
        case Const(value):
            return dtypes.kind_of_constant(value)
        case Tensor():
            return w.state.value(item).kind
        case Left(value) if value.form is Form.NUMBER:
            return value.kind
        case Tuple(items):
            return dtypes.promote(*(_literal_kind(w, part) for part in items)) if items else Kind.FLOAT
    found = w.deref(item, List)
    if found is not None and found.rest is None:
        return dtypes.promote(*(_literal_kind(w, part) for part in found.items)) if found.items else Kind.FLOAT
    return None
