"""Calls: evaluating what is called and its arguments, and handing over to whoever models the callee."""

from __future__ import annotations

import ast
from dataclasses import replace

from gradsight.autograd.asking_events import BackwardOnNumber
from gradsight.autograd.events import GradsCleared
from gradsight.autograd.module_events import SteppedOutOfSight
from gradsight.static import (
    backward,
    batches,
    containers,
    custom_functions,
    distributions,
    functions,
    hooks,
    library,
    loop_tools,
    managers,
    modules,
    optimizers,
    records,
    tensor_methods,
    texts,
)
from gradsight.static.objects import (
    NONE,
    UNKNOWN,
    Arguments,
    Bound,
    Class,
    Const,
    Dict,
    Dotted,
    Function,
    GradMode,
    Instance,
    Iterator,
    Left,
    List,
    Method,
    Object,
    Optimizer,
    Partial,
    Ref,
    Scalar,
    Super,
    Tensor,
    Tuple,
    TupleType,
    Unknown,
)
from gradsight.static.walker import Walker

_ALIASES = {
    "torch.nn.parameter.Parameter": "torch.nn.Parameter",
    "torch.autograd.function.Function": "torch.autograd.Function",
    "torch.autograd.function.InplaceFunction": "torch.autograd.Function",
    "torch.Variable": "torch.autograd.Variable",
    "torch.autograd.variable.Variable": "torch.autograd.Variable",
    "torch.functional.F": "torch.nn.functional",
}
_SHOWING = frozenset(
    [
        "set_postfix", "set_postfix_str", "set_description", "set_description_str", "add_scalar", "add_scalars",
        "debug", "info", "warning", "error",
    ]
)  # fmt: skip
"""Methods of progress bars, writers and loggers, which neither keep nor change what they show."""
_STAR_NAMES = {
    "torch": ["nn", "optim", "Tensor", "tensor", "no_grad"],
    "torch.nn": ["Module", "Linear", "Parameter", "Sequential", "functional"],
    "torch.autograd": ["Variable", "Function"],
}


def canonical(name: str) -> Object:
    """A public name of something outside, in the spelling that the facts use."""
    if name.startswith("torch.nn.modules."):
        parts = name.split(".")
        name = "torch.nn." + parts[-1] if len(parts) > 4 else name
    elif name.startswith("torch.optim.") and name.count(".") == 3 and name.split(".")[2] != "lr_scheduler":
        name = "torch.optim." + name.rpartition(".")[2]
    return Dotted(_ALIASES.get(name, name))


def star_import(w: Walker, module: str) -> None:
    """`from torch import *`: only the names that matter here."""
    for name in _STAR_NAMES.get(module, []):
        w.bind(name, canonical(f"{module}.{name}"))


def evaluate_call(w: Walker, node: ast.Call) -> Object:
    """A call expression."""
    if isinstance(node.func, ast.Name) and node.func.id == "super" and w.lookup("super") is None:
        return _super(w)
    function = w.evaluate(w, node.func)
    arguments = _arguments(w, node)
    return call(w, node, function, arguments) if w.live is not None else UNKNOWN


def _super(w: Walker) -> Object:
    for frame in reversed(w.frames):
        if frame.owner is not None and frame.receiver is not None:
            return Super(frame.owner, frame.receiver)
    return UNKNOWN


def _arguments(w: Walker, node: ast.Call) -> Arguments:
    positional: list[Object] = []
    unpacked = False
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            items, exact = containers.iterate(w, w.evaluate(w, argument.value), argument)
            positional.extend(items)
            unpacked = unpacked or not exact
        else:
            positional.append(w.evaluate(w, argument))
    keywords: dict[str, Object] = {}
    for keyword in node.keywords:
        item = w.evaluate(w, keyword.value)
        if keyword.arg is not None:
            keywords[keyword.arg] = item
            continue
        found = w.deref(item, Dict)
        if found is not None and found.rest is None:
            keywords |= {name: value for name, value in found.items.items() if isinstance(name, str)}
        else:
            unpacked = True
    return Arguments(tuple(positional), keywords, unpacked)


def call(w: Walker, node: ast.AST, function: Object, arguments: Arguments) -> Object:
    """Calls an object with arguments; what cannot be seen is recorded as opaque and gives UNKNOWN."""
    match function:
        case Function() if functions.takes_receiver(function) and arguments.positional:  # `Base.method(self, ...)`
            rest = Arguments(arguments.positional[1:], arguments.keywords, arguments.unpacked)
            return functions.call_function(w, node, function, rest, arguments.positional[0])
        case Function():
            return functions.call_function(w, node, function, arguments)
        case Bound():
            return functions.call_function(w, node, function.function, arguments, function.receiver)
        case Dotted(name):
            return library.call(w, node, name, arguments)
        case Method(receiver, name):
            return _call_method(w, node, receiver, name, arguments)
        case Class():
            return modules.instantiate(w, node, function, arguments)
        case Ref():
            return _call_instance(w, node, function, arguments)
        case Partial(inner, first, keywords):
            merged = Arguments(
                (*first, *arguments.positional), {**dict(keywords), **arguments.keywords}, arguments.unpacked
            )
            return call(w, node, inner, merged)
        case GradMode(mode):  # `torch.no_grad()(function)`
            inner_function = arguments.get(0, "func")
            if isinstance(inner_function, Function) and mode is not None:
                return replace(inner_function, decorators=(*inner_function.decorators, (function, node)))
            return inner_function or UNKNOWN
        case TupleType():
            return records.named_tuple(function, arguments)
        case Unknown("module"):
            return modules.call_unknown(w, node, arguments)
    w.opaque(node, arguments.each())
    return UNKNOWN


def _call_instance(w: Walker, node: ast.AST, ref: Ref, arguments: Arguments) -> Object:
    found = w.deref(ref, Instance)
    if found is not None:
        if found.is_module:
            return modules.call_module(w, node, ref, found, arguments)
        if isinstance(found.type, Class) and custom_functions.is_function(found.type):
            return custom_functions.call_instance(w, node, found.type, arguments)
        method = functions.find_method(found.type, "__call__")
        if method is not None and isinstance(method[0], Function):
            return call(w, node, functions.bind_receiver(method[0], ref, method[1]), arguments)
    w.opaque(node, [ref, *arguments.each()])
    return UNKNOWN


def _call_method(w: Walker, node: ast.AST, receiver: Object, name: str, arguments: Arguments) -> Object:
    match receiver:
        case Tensor():
            return tensor_methods.call(w, node, receiver, name, arguments)
        case Left(value, certain):
            if name == "backward" and certain:
                w.record(BackwardOnNumber, node, value=value)
            return receiver if name not in ("append", "extend") else NONE
        case Unknown("batch") if name != "backward":
            return batches.call_method(name)
        case Unknown(role):
            return _call_on_unknown(w, node, role, name, arguments)
        case Class():
            return custom_functions.call_method(w, node, receiver, name, arguments)
        case Super():
            return modules.call_super(w, node, receiver, name, arguments)
        case Const(value):
            return texts.call_method(w, value, name, arguments) if isinstance(value, str) else Scalar()
        case Scalar("str"):
            return texts.call_method(w, None, name, arguments)
        case Tuple():
            found = records.call_tuple_method(w, receiver, name, arguments)
            return Scalar() if found is None else found
        case Scalar():
            return Scalar()
        case Iterator():
            return UNKNOWN
    item = w.state.heap.get(receiver.id) if isinstance(receiver, Ref) else None
    match item:
        case List() if isinstance(receiver, Ref):
            return containers.call_list_method(w, node, receiver, name, arguments)
        case Dict() if isinstance(receiver, Ref):
            return containers.call_dict_method(w, node, receiver, name, arguments)
        case Optimizer() if isinstance(receiver, Ref):
            return optimizers.call_method(w, node, receiver, item, name, arguments)
        case Instance(type=custom_functions.CTX) if isinstance(receiver, Ref):
            return custom_functions.call_ctx(w, receiver, item, name, arguments)
        case Instance(type=hooks.HANDLE):
            return hooks.call_handle(w, item, name)
        case Instance(type=Dotted(managers.STACK)):
            return managers.call_stack_method(w, node, name, arguments)
        case Instance() if item.is_module and isinstance(receiver, Ref):
            return modules.call_method(w, node, receiver, item, name, arguments)
        case Instance() if loop_tools.is_tool(item.type) and isinstance(receiver, Ref):
            return loop_tools.call_method(w, node, receiver, item, name, arguments)
        case Instance() if distributions.is_distribution(item) and isinstance(receiver, Ref):
            return distributions.call(w, node, receiver, item, name, arguments)
    w.opaque(node, [receiver, *arguments.each()])
    return UNKNOWN


def _known_as_loss(w: Walker, node: ast.AST, root: Tensor, arguments: Arguments) -> None:
    """`loss.backward()` worked, so `loss` is a tensor that requires grad."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not arguments.positional:
        held = node.func.value
        if isinstance(held, ast.Name) and isinstance(w.lookup(held.id), Unknown):
            shape = None if arguments.keywords or arguments.unpacked else ()
            w.state.update(root.id, name=held.id, requires_grad=True, is_leaf=False, shape=shape)
            w.bind(held.id, root)


def _call_on_unknown(w: Walker, node: ast.AST, role: str | None, name: str, arguments: Arguments) -> Object:
    """A method of something unknown. What its name promises is believed as far as that keeps checks silent."""
    if name == "backward" and role != "module":
        root = w.unknown_tensor()
        backward.call_backward(w, node, (root,), arguments)
        _known_as_loss(w, node, root, arguments)
        return NONE
    if name == "zero_grad":
        held = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
        name_there = ast.unparse(held) if held is not None else None
        w.record(GradsCleared, node, parameters=None, by=role or "optimizer", name=name_there)
        return NONE
    if name == "step" and role is None and not arguments.each():
        w.record(SteppedOutOfSight, node)
    if role == "optimizer":
        return optimizers.call_unknown(w, node, name, arguments)
    if role == "module":
        return modules.call_unknown_method(w, node, name, arguments)
    if name not in _SHOWING:
        w.opaque(node, arguments.each())
    if name == "step" and w.live is not None:
        loop_tools.step_by_name(w, node)
    return UNKNOWN
