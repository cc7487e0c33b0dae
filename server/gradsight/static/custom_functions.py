"""`torch.autograd.Function`: `apply` walks `forward` without grad and makes one node of the graph of it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace

from gradsight.autograd.events import Cut, Mode, Mutated, Saved, Site
from gradsight.autograd.function_events import (
    FunctionApplied,
    FunctionCalled,
    FunctionKept,
    FunctionLegacy,
    FunctionReturned,
    FunctionWrote,
)
from gradsight.autograd.values import Value
from gradsight.static import functions, roles, translate
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
    Tensor,
    Tuple,
    Unknown,
)
from gradsight.static.ops import any_requires_grad
from gradsight.static.walker import Walker
from gradsight.syntax.ranges import range_of

BASE = "torch.autograd.Function"
CTX = Dotted("<function ctx>")
_SAVED, _DIRTY, _CONSTANT = "<saved>", "<dirty>", "<not differentiable>"
_LISTS = {
    "save_for_backward": _SAVED,
    "mark_dirty": _DIRTY,
    "mark_non_differentiable": _CONSTANT,
}


def is_function(of: Object) -> bool:
    """Whether a class of the program extends `torch.autograd.Function`."""
    return isinstance(of, Class) and BASE in functions.outside_bases(of)


def call_method(w: Walker, node: ast.AST, of: Class, name: str, arguments: Arguments) -> Object:
    """`F.apply(...)`, or `F.forward(...)` without it."""
    if name == "apply":
        return apply(w, node, of, arguments)
    found = functions.find_method(of, name)
    if found is None or not isinstance(found[0], Function):
        return UNKNOWN
    if name == "forward" and not any(is_function(frame.owner) for frame in w.frames if frame.owner is not None):
        _called(w, node, of, "forward", arguments)
    return functions.call_function(w, node, replace(found[0], owner=found[1]), arguments)


def call_instance(w: Walker, node: ast.AST, of: Class, arguments: Arguments) -> Object:
    """`F()(x)`: PyTorch refuses it. The walk goes on as if it said `F.apply(x)`."""
    static = _called(w, node, of, "instance", arguments)
    if not static:
        _legacy(w, of, w.site(node))
    return _result(w, node, of, arguments, UNKNOWN, None, {})


def _called(w: Walker, node: ast.AST, of: Class, form: str, arguments: Arguments) -> bool:
    forward = functions.find_method(of, "forward")
    static = forward is not None and _is_static(forward[0])
    off, _ = w.state.off_scope
    tracked = False if off else any_requires_grad(_values(w, arguments.each()))
    w.record(FunctionCalled, node, function=of.name, form=form, is_static=static, tracked=tracked)
    return static


def _is_static(item: Object) -> bool:
    names = (Dotted("staticmethod"), Dotted("classmethod"))
    return isinstance(item, Function) and any(decorator in names for decorator, _ in item.decorators)


def _legacy(w: Walker, of: Class, call: Site | None) -> None:
    forward = functions.find_method(of, "forward")
    if forward is not None and isinstance(forward[0], Function):
        code = forward[0].code
        w.record(FunctionLegacy, Site(code.path, code.chunk, range_of(code.node)), function=of.name, call=call)


def _values(w: Walker, items: Iterable[Object]) -> list[Value]:
    return [value for item in items if isinstance(item, Tensor | Unknown) for value in translate.values_in(w, item)]


# --- apply -------------------------------------------------------------------------------------


def apply(w: Walker, node: ast.AST, of: Class, arguments: Arguments) -> Object:
    """`F.apply(...)`."""
    forward, setup = functions.find_method(of, "forward"), functions.find_method(of, "setup_context")
    if forward is None or not isinstance(forward[0], Function):
        return _result(w, node, of, arguments, UNKNOWN, None, {})
    tracked = tuple(
        Const(value.requires_grad is True) if value is not None and value.requires_grad is not None else UNKNOWN
        for value in (w.state.value(item) if isinstance(item, Tensor) else None for item in arguments.positional)
    )
    ctx = w.allocate(Instance(CTX, {"needs_input_grad": Tuple(tracked)}))
    before = {item.id: w.state.value(item) for item in arguments.each() if isinstance(item, Tensor)}
    first = len(w.recorder.events)
    separate = setup is not None and isinstance(setup[0], Function)
    given = arguments if separate else replace(arguments, positional=(ctx, *arguments.positional))
    result = _without_grad(w, node, replace(forward[0], owner=forward[1]), given)
    if separate and setup is not None and isinstance(setup[0], Function) and w.live is not None:
        _without_grad(w, node, replace(setup[0], owner=setup[1]), Arguments((ctx, Tuple(arguments.positional), result)))
    if w.live is None:
        return UNKNOWN
    written = {event.target.id: event for event in w.recorder.events[first:] if isinstance(event, Mutated)}
    outcome = _result(w, node, of, arguments, result, ctx, before)
    if w.live is not None and isinstance(forward[0], Function):
        _note_writes(w, node, of, forward[0], ctx, result, {**before}, written)
        _walk_backward(w, node, of, ctx, outcome, arguments)
    return outcome


def _without_grad(w: Walker, node: ast.AST, function: Function, arguments: Arguments) -> Object:
    if w.live is None:
        return UNKNOWN
    modes = w.state.modes
    w.state.modes = (*modes, (Mode.NO_GRAD, None))
    result = functions.call_function(w, node, _bare(function), arguments)
    if w.live is not None:
        w.state.modes = modes
    return result


def _bare(function: Function) -> Function:
    """Without decorators that only concern mixed precision or double backward."""
    kept = tuple(pair for pair in function.decorators if not _concerns_precision(pair[0]))
    return replace(function, decorators=kept)


def _concerns_precision(decorator: Object) -> bool:
    names = ("custom_fwd", "custom_bwd", "once_differentiable")
    name = decorator.name if isinstance(decorator, Dotted) else decorator.value if isinstance(decorator, Const) else ""
    return isinstance(name, str) and name.rpartition(".")[2] in names


def _listed(w: Walker, ctx: Ref | None, name: str) -> tuple[Tensor, ...]:
    found = w.deref(ctx, Instance)
    item = found.attributes.get(name) if found is not None else None
    return tuple(part for part in item.items if isinstance(part, Tensor)) if isinstance(item, Tuple) else ()


def _result(
    w: Walker, node: ast.AST, of: Class, arguments: Arguments, result: Object, ctx: Ref | None,
    before: dict[int, Value],
) -> Object:  # fmt: skip
    """The event of one application, and its outputs as tensors with a history."""
    off, scope = w.state.off_scope
    inputs = tuple(before.get(value.id, value) for value in _values(w, arguments.each()))
    tracked = any_requires_grad(inputs)
    if result == UNKNOWN and _outputs_of(of) == 1:
        result = w.unknown_tensor(requires_grad=False)
    parts = result.items if isinstance(result, Tuple) else (result,)
    constant = {tensor.id for tensor in _listed(w, ctx, _CONSTANT)}
    dirty = {tensor.id for tensor in _listed(w, ctx, _DIRTY)}
    number = w.recorder.number()
    made: list[Object] = []
    for part in parts:
        if not isinstance(part, Tensor):
            made.append(part)
            continue
        value = w.state.value(part)
        fixed = part.id in constant or (value.kind is not None and not value.kind.can_require_grad)
        requires_grad = False if off or fixed else tracked
        if value.id in before and value.id not in dirty:  # an input that is handed through becomes another tensor
            value = w.new_value(kind=value.kind, shape=value.shape, storage=value.storage)
        leaf = None if requires_grad is None else not requires_grad
        made.append(w.keep(replace(value, requires_grad=requires_grad, is_leaf=leaf, made_by=number)))
    outputs = tuple(w.state.value(item) for item in made if isinstance(item, Tensor))
    kept = [w.state.value(tensor) for tensor in _listed(w, ctx, _SAVED)] if tracked is not False and not off else []
    w.recorder.add(
        FunctionApplied(
            id=number,
            site=w.site(node),
            branch=w.branch,
            calls=w.calls,
            op=f"{of.name}.apply",
            function=of.name,
            inputs=inputs,
            outputs=outputs,
            saved=tuple(
                Saved(value, value.storage, w.state.versions.get(value.storage, 0), value.name or "a tensor")
                for value in kept
                if value.storage is not None
            ),
            keeps=bool(kept) if ctx is not None else None,
            scope=scope if off else None,
            cut=Cut.GRAD_MODE if off and tracked is True else None,
        )
    )
    return replace(result, items=tuple(made)) if isinstance(result, Tuple) else made[0]


def _outputs_of(of: Class) -> int | None:
    """How many outputs `forward` has, told by the parameters of `backward`."""
    backward = functions.find_method(of, "backward")
    if backward is None or not isinstance(backward[0], Function):
        return None
    parameters = backward[0].code.node.args
    return None if parameters.vararg is not None else len(parameters.posonlyargs) + len(parameters.args) - 1


# --- what `forward` did with its inputs and with `ctx` --------------------------------------------


def _note_writes(
    w: Walker, node: ast.AST, of: Class, forward: Function, ctx: Ref, result: Object,
    before: dict[int, Value], written: dict[int, Mutated],
) -> None:  # fmt: skip
    dirty = {tensor.id for tensor in _listed(w, ctx, _DIRTY)}
    parts = result.items if isinstance(result, Tuple) else (result,)
    returned = {part.id for part in parts if isinstance(part, Tensor)}
    applied = w.recorder.events[-1]
    for number, event in written.items():
        if number in before and number not in dirty and event.noticed:
            w.record(
                FunctionWrote, event.site, function=of.name, value=before[number], parameter=event.target.name,
                returned=number in returned, applied=w.site(node),
            )  # fmt: skip
    found = w.deref(ctx, Instance)
    for name, item in found.attributes.items() if found is not None else ():
        if not isinstance(item, Tensor) or name.startswith("<"):
            continue
        role = "output" if item.id in returned and item.id not in before else "input" if item.id in before else None
        site = _assignment(forward, name)
        if role is not None and site is not None:
            w.record(
                FunctionKept, site, function=of.name, attribute=name, value=w.state.value(item), role=role,
                node=applied.id,
            )  # fmt: skip


def _assignment(forward: Function, attribute: str) -> Site | None:
    for inner in ast.walk(forward.code.node):
        if isinstance(inner, ast.Assign) and any(
            isinstance(target, ast.Attribute) and target.attr == attribute for target in inner.targets
        ):
            return Site(forward.code.path, forward.code.chunk, range_of(inner))
    return None


# --- backward ----------------------------------------------------------------------------------


def _walk_backward(w: Walker, node: ast.AST, of: Class, ctx: Ref, outcome: Object, arguments: Arguments) -> None:
    """Walks `backward` as PyTorch will call it, to see how many gradients it returns."""
    found = functions.find_method(of, "backward")
    if found is None or not isinstance(found[0], Function) or w.live is None:
        return
    function = replace(found[0], owner=found[1])
    outputs = outcome.items if isinstance(outcome, Tuple) else (outcome,)
    gradients = []
    for output in outputs:
        like = w.state.value(output) if isinstance(output, Tensor) else None
        fresh = w.new_value(requires_grad=False, is_leaf=True, kind=like.kind if like else None)
        gradients.append(w.keep(replace(fresh, shape=like.shape if like else None)))
    inputs = None if arguments.unpacked or arguments.keywords else len(arguments.positional)
    before = w.state.fork()
    returns: list[tuple[ast.Return, Object]] = []

    def heard(statement: ast.Return, item: Object) -> None:
        returns.append((statement, item))

    listening, w.on_return = w.on_return, (len(w.frames) + 1, heard)
    try:
        with w.recorder.aside():
            _without_grad(w, node, function, Arguments((ctx, *gradients)))
    finally:
        w.on_return = listening
    w.live = before
    for statement, item in returns:
        count = _count(item, inputs)
        if count is not None and inputs is not None and statement.value is not None:
            site = Site(function.code.path, function.code.chunk, range_of(statement.value))
            w.record(FunctionReturned, site, function=of.name, returned=count, inputs=inputs, applied=w.site(node))


def _count(item: Object, inputs: int | None) -> int | None:
    if isinstance(item, Tensor) or item == NONE:
        return 1
    if not isinstance(item, Tuple) or inputs is None:
        return None
    count = len(item.items)
    while count > inputs and item.items[count - 1] == NONE:
        count -= 1
    return count


# --- ctx ---------------------------------------------------------------------------------------


def read_ctx(w: Walker, ref: Ref, found: Instance, name: str) -> Object:
    """`ctx.name` where the program set no such attribute."""
    if name in ("saved_tensors", "saved_variables"):
        return found.attributes.get(_SAVED, Tuple(()))
    return Method(ref, name)


def call_ctx(w: Walker, ref: Ref, found: Instance, name: str, arguments: Arguments) -> Object:
    """A method of `ctx`."""
    attribute = _LISTS.get(name)
    if attribute is not None:
        item: Object = UNKNOWN if arguments.unpacked else Tuple(arguments.positional)
        w.state.heap[ref.id] = replace(found, attributes={**found.attributes, attribute: item})
    return NONE


# --- nobody calls it ---------------------------------------------------------------------------


def walk_alone(w: Walker, of: Class, forward: Function) -> None:
    """A function that nobody applies in sight: applied to unknown tensors."""
    node = forward.code.node
    if not _is_static(forward):
        if functions.find_method(of, "__init__") is not None:
            _legacy(w, of, None)
        return
    if isinstance(node, ast.Lambda) or node.args.vararg or node.args.kwonlyargs or node.args.defaults:
        return
    skip = 0 if functions.find_method(of, "setup_context") is not None else 1
    given = roles.arguments_of(w, node, skip)
    apply(w, of.node, of, Arguments(tuple(given.values())))
