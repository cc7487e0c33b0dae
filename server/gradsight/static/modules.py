"""`nn.Module`: building modules of PyTorch and of the program, calling them, collecting their parameters."""

from __future__ import annotations

import ast
from dataclasses import replace

from gradsight.autograd import op_facts
from gradsight.autograd.events import Applied, Created, Site
from gradsight.autograd.module_events import ModuleUsedUnready
from gradsight.autograd.op_facts_types import Construction
from gradsight.autograd.values import Kind, Shape
from gradsight.static import (
    functions,
    hooks,
    loop_tools,
    module_containers,
    module_methods,
    ops,
    records,
    registration,
    shapes,
    translate,
)
from gradsight.static.factories import one_shape
from gradsight.static.module_containers import CONTAINERS
from gradsight.static.objects import (
    NONE,
    UNKNOWN,
    Arguments,
    Class,
    Const,
    Dotted,
    Function,
    Instance,
    Method,
    Object,
    Ref,
    Scalar,
    Super,
    Tensor,
    Unknown,
)
from gradsight.static.registration import named_parameters, parameter_ids
from gradsight.static.walker import Walker
from gradsight.syntax.ranges import range_of

_PLAIN_BASES = ("torch.nn.Module", "object", "abc.ABC", "typing.Generic", "typing.Protocol")


def is_library_module(name: str) -> bool:
    """Whether a public name is a module class of PyTorch."""
    short = name.rpartition(".")[2]
    return name.startswith("torch.nn.") and name.count(".") == 2 and short[:1].isupper() and short != "Parameter"


def construct(w: Walker, node: ast.AST, name: str, arguments: Arguments) -> Object:
    """`nn.Linear(...)`, `nn.Sequential(...)`."""
    attributes, complete = _own_content(w, node, name, arguments)
    ref = w.allocate(
        Instance(Dotted(name), attributes, is_module=True, complete=complete, built=arguments, site=w.site(node))
    )
    registration.built(w, node, ref)
    return ref


def construction_of(w: Walker, arguments: Arguments) -> Construction | None:
    """How a module was built, as the op facts see it; None where arguments were unpacked into the call."""
    if arguments.unpacked:
        return None
    return Construction(
        tuple(translate.kind_of(w, item) for item in arguments.positional),
        tuple((key, translate.kind_of(w, item)) for key, item in arguments.keywords.items()),
    )


def _own_parameter(w: Walker, node: ast.AST, module: str, parameter: str) -> Tensor:
    value = w.new_value(name=parameter, requires_grad=True, is_leaf=True, kind=Kind.FLOAT, is_parameter=True)
    number = w.recorder.number()
    value = replace(value, made_by=number)
    w.recorder.add(
        Created(id=number, site=w.site(node), branch=w.branch, calls=w.calls, value=value, by=module, explicit=None)
    )
    return w.keep(value)


def _own_content(w: Walker, node: ast.AST, name: str, arguments: Arguments) -> tuple[dict[str, Object], bool]:
    """The parameters and children that a constructor of PyTorch puts into a module, and whether these are all."""
    if name in CONTAINERS:
        return module_containers.content(w, node, name, arguments)
    names = op_facts.module_parameters(name, construction_of(w, arguments))
    # A numbered parameter (`weight_ih_l*`) stands for all its numbers; what is known of one holds for the others.
    attributes: dict[str, Object] = {
        parameter.replace("*", "0"): _own_parameter(w, node, name, parameter.replace("*", "0"))
        for parameter in names or ()
    }
    for inner in arguments.each():
        if w.module(inner) is not None and names is None:
            attributes[f"<{len(attributes)}>"] = inner
    return attributes, names is not None


def _fill_from_base(w: Walker, node: ast.AST, ref: Ref, arguments: Arguments) -> None:
    """`super().__init__(...)` where the base is a module of PyTorch that has parameters or children of its own."""
    found = w.module(ref)
    if found is None or not isinstance(found.type, Class):
        return
    bases = functions.outside_bases(found.type)
    name = next((base for base in bases if base != "torch.nn.Module" and is_library_module(base)), None)
    if name is None:
        return
    attributes, exact = _own_content(w, node, name, arguments)
    complete = exact and all(base == name or base in _PLAIN_BASES for base in bases)
    w.state.heap[ref.id] = replace(
        found, attributes={**found.attributes, **attributes}, complete=complete, built=arguments
    )


def instantiate(w: Walker, node: ast.AST, of: Class, arguments: Arguments) -> Object:
    """An object of a class of the program."""
    outside = functions.outside_bases(of)
    named = records.tuple_type(of)
    if named is not None:
        return records.named_tuple(named, arguments, of)
    member = records.member_for(of, arguments.get(0, "value"))
    if member is not None:
        return member
    is_module = any(is_library_module(base) for base in outside)
    if not is_module and "?" in outside and functions.find_method(of, "forward") is not None:
        is_module = True
    complete = all(base in _PLAIN_BASES for base in outside)
    ready = not (is_module and registration.needs_init(of))
    ref = w.allocate(Instance(of, {}, is_module=is_module, complete=complete, ready=ready))
    init = functions.find_method(of, "__init__")
    if init is not None and isinstance(init[0], Function):
        w.call(w, node, functions.bind_receiver(init[0], ref, init[1]), arguments)
    elif is_module and any(base != "torch.nn.Module" and is_library_module(base) for base in outside):
        _fill_from_base(w, node, ref, arguments)
    elif records.is_record(of):
        records.fill(w, node, ref, of, arguments)
    elif arguments.each() and not is_module:
        w.opaque(node, [ref, *arguments.each()])
    if is_module and w.live is not None:
        registration.built(w, node, ref)
    elif w.live is not None and any(base.startswith("torch.optim.") for base in outside):
        w.opaque(node, [ref, *arguments.each()])  # what an optimizer of the program does with them is its own affair
    return ref


_INNARDS = ("_parameters", "_buffers", "_modules", "__dict__")
"""The dictionaries of a module. Who takes one may put anything in the place of a parameter."""


def read(w: Walker, node: ast.AST, ref: Ref, found: Instance, name: str) -> Object:
    """An attribute of a module that is neither set by the program nor a method of its classes."""
    if name == "training":
        return Scalar("bool") if w.alone else Const(True)
    if name in _INNARDS:
        w.opaque(node, [ref])
        return UNKNOWN
    if name in module_methods.NAMES or not found.complete or isinstance(found.type, Dotted):
        return Method(ref, name)
    if module_containers.kind(found) is not None:
        return Method(ref, name)
    return Unknown("module") if not found.complete else UNKNOWN


# --- calling -----------------------------------------------------------------------------------


def call_module(w: Walker, node: ast.AST, ref: Ref, found: Instance, arguments: Arguments) -> Object:
    """`module(x)`."""
    if not found.ready:
        _used_unready(w, node, ref, found)
    arguments = hooks.before(w, node, ref, found, arguments)
    if w.live is None:
        return UNKNOWN
    output = _forward(w, node, ref, found, arguments)
    return hooks.after(w, node, ref, found, arguments, output) if w.live is not None else UNKNOWN


def _forward(w: Walker, node: ast.AST, ref: Ref, found: Instance, arguments: Arguments) -> Object:
    """`module.forward(x)`: without hooks."""
    forward = functions.find_method(found.type, "forward")
    if forward is not None and isinstance(forward[0], Function):
        return w.call(w, node, functions.bind_receiver(forward[0], ref, forward[1]), arguments)
    return _call_library(w, node, ref, found, arguments)


def _call_library(w: Walker, node: ast.AST, ref: Ref, found: Instance, arguments: Arguments) -> Object:
    """The `forward` that a module has from PyTorch."""
    name = found.type.name if isinstance(found.type, Dotted) else _outside_forward(found.type)
    if name == "torch.nn.Sequential":
        return _run_sequence(w, node, found, arguments)
    if name is None or (isinstance(found.type, Class) and not is_library_module(name)):
        return _call_unseen(w, node, ref, arguments)
    members = {f"param:{key}": item.id for key, item in found.attributes.items() if isinstance(item, Tensor)}
    built = found.built or Arguments(unpacked=True)
    construction = construction_of(w, built)
    shape = None if built.unpacked or arguments.unpacked else _shape(w, name, built, arguments)
    if not op_facts.is_module(name):
        return _call_unseen(w, node, ref, arguments, shape=shape)
    return ops.apply(w, node, ops.Call(name, arguments, members, construction, shape, built, found.site))


def _used_unready(w: Walker, node: ast.AST, ref: Ref, found: Instance) -> None:
    """PyTorch raises; the walk goes on as if the constructor had called `super().__init__()`."""
    init = functions.find_method(found.type, "__init__")
    if init is not None and isinstance(init[0], Function) and isinstance(init[0].code.node, ast.FunctionDef):
        code = init[0].code
        built = Site(code.path, code.chunk, range_of(init[0].code.node.body[0]))
        w.record(ModuleUsedUnready, node, module=ref.id, type=found.type.name, built=built)
    registration.initialised(w, ref)


def _shape(w: Walker, name: str, built: Arguments, given: Arguments) -> Shape | tuple[Shape, ...]:
    return shapes.module_shape(
        name,
        [translate.shape_argument(w, item) for item in built.positional],
        {key: translate.shape_argument(w, item) for key, item in built.keywords.items()},
        [translate.shape_argument(w, item) for item in given.positional],
        {key: translate.shape_argument(w, item) for key, item in given.keywords.items()},
    )


def _outside_forward(of: Class) -> str | None:
    return next((base for base in functions.outside_bases(of) if base != "torch.nn.Module"), None)


def _run_sequence(w: Walker, node: ast.AST, found: Instance, arguments: Arguments) -> Object:
    children = [child for _, child in module_containers.children(w, found)]
    if not found.complete:
        return _call_unseen(w, node, None, arguments, children)
    item: Object = arguments.get(0, "input") or UNKNOWN
    for child in children:
        if w.live is None:
            return UNKNOWN
        item = w.call(w, node, child, Arguments((item,)))
    return item


def _call_unseen(
    w: Walker,
    node: ast.AST,
    ref: Ref | None,
    arguments: Arguments,
    more: list[Object] | None = None,
    shape: Shape | tuple[Shape, ...] = None,
) -> Object:
    """A module whose forward cannot be seen: what it gives depends on its parameters and inputs."""
    off, scope = w.state.off_scope
    parameters = [w.state.tensors[number] for number in parameter_ids(w, ref)] if ref is not None else []
    for child in more or []:
        if isinstance(child, Ref):
            parameters += [w.state.tensors[number] for number in parameter_ids(w, child)]
    inputs = tuple(value for item in arguments.each() for value in translate.values_in(w, item))
    tracked = ops.any_requires_grad([*parameters, *inputs])
    unknown = w.new_value()
    result = w.new_value(
        requires_grad=False if off else tracked or None,
        is_leaf=False if tracked and not off else None,
        shape=one_shape(shape),
    )
    event = w.record(
        Applied,
        node,
        op="module",
        inputs=(*inputs, *parameters, unknown),
        outputs=(result,),
        scope=scope if off else None,
    )
    return w.keep(replace(result, made_by=event.id))


def call_unknown(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    """Calling what use shows to be a module: it is taken for one that has parameters to train."""
    off, scope = w.state.off_scope
    inputs = tuple(value for item in arguments.each() for value in translate.values_in(w, item))
    parameter = w.new_value(requires_grad=True, is_leaf=True, is_parameter=True)
    result = w.new_value(requires_grad=not off, is_leaf=off)
    event = w.record(
        Applied, node, op="module", inputs=(*inputs, parameter, w.new_value()), outputs=(result,),
        scope=scope if off else None,
    )  # fmt: skip
    return w.keep(replace(result, made_by=event.id))


def call_unknown_method(w: Walker, node: ast.AST, name: str, arguments: Arguments) -> Object:
    """A method of what use shows to be a module."""
    if name in ("train", "eval"):
        loop_tools.set_mode(w, node, name, arguments, None, None, None)
    if name in ("train", "eval", "to", "cuda", "cpu", "float", "half", "double", "requires_grad_"):
        return Unknown("module")
    if name in module_methods.NAMES:
        return UNKNOWN
    return call_unknown(w, node, arguments)


def call_method(w: Walker, node: ast.AST, ref: Ref, found: Instance, name: str, arguments: Arguments) -> Object:
    """A method that a module has from PyTorch."""
    special = module_containers.call_method(w, node, ref, found, name, arguments)
    if special is not None:
        return special
    if name == "forward":
        return _forward(w, node, ref, found, arguments)
    if name == "__call__":
        return call_module(w, node, ref, found, arguments)
    return module_methods.call(w, node, ref, found, name, arguments, tuple(named_parameters(w, ref)))


def call_super(w: Walker, node: ast.AST, receiver: Super, name: str, arguments: Arguments) -> Object:
    """A method of a base class outside the program."""
    ref = receiver.receiver
    if name in ("__init__", "__new__", "__init_subclass__", "__post_init__"):
        if name == "__init__" and isinstance(ref, Ref):
            registration.initialised(w, ref)
            _fill_from_base(w, node, ref, arguments)
        return NONE
    found = w.module(ref)
    if found is not None and isinstance(ref, Ref) and name in module_methods.NAMES and name != "forward":
        return call_method(w, node, ref, found, name, arguments)
    if found is not None and name == "forward" and isinstance(ref, Ref):
        return _call_library(w, node, ref, found, arguments)
    w.opaque(node, [ref, *arguments.each()])
    return UNKNOWN
