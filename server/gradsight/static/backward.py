"""`backward()` and `autograd.grad()`: who gets a gradient, and going on as if a first fix had been accepted."""

from __future__ import annotations

import ast

from gradsight.autograd.events import Applied, BackwardCalled, Created, Cut
from gradsight.autograd.graph import Behind, Makers, behind, beyond, operands
from gradsight.autograd.starts import meant_starts, possible_starts
from gradsight.autograd.values import Value
from gradsight.static import translate
from gradsight.static.objects import NONE, Arguments, Const, Object, Tensor, Tuple
from gradsight.static.state import GRAD_NAMES
from gradsight.static.walker import Walker


def _flag(item: Object | None) -> bool | None:
    if item is None:
        return False
    return bool(item.value) if isinstance(item, Const) else None


def call_backward(w: Walker, node: ast.AST, roots: tuple[Tensor, ...], arguments: Arguments, first: int = 0) -> None:
    """`root.backward(...)`; `first` is the position of the `gradient` argument."""
    gradient = arguments.get(first, "gradient") or arguments.keywords.get("grad_tensors")
    create_graph = _flag(arguments.get(first + 2, "create_graph"))
    retain = arguments.get(first + 1, "retain_graph")
    given = None if arguments.unpacked else gradient is not None and gradient != NONE
    values = tuple(w.state.value(root) for root in roots)
    w.record(
        BackwardCalled, node, api="backward", roots=values, gradient_given=given, gradients=_values(w, gradient),
        retain_graph=create_graph if retain is None or retain == NONE else _flag(retain), create_graph=create_graph,
    )  # fmt: skip
    _accumulate(w, roots, values)


def call_grad(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    """`torch.autograd.grad(outputs, inputs, ...)`: gives the gradients instead of accumulating them."""
    outputs, inputs = arguments.get(0, "outputs"), arguments.get(1, "inputs")
    roots = _tensors(w, outputs)
    asked = _tensors(w, inputs)
    create_graph = _flag(arguments.get(4, "create_graph"))
    retain = arguments.get(3, "retain_graph")
    gradient = arguments.get(2, "grad_outputs")
    values = tuple(w.state.value(root) for root in roots)
    w.record(
        BackwardCalled, node, api="grad", roots=values,
        gradient_given=None if arguments.unpacked else gradient is not None and gradient != NONE,
        retain_graph=create_graph if retain is None or retain == NONE else _flag(retain), create_graph=create_graph,
        inputs=tuple(w.state.value(tensor) for tensor in asked) or None, gradients=_values(w, gradient),
        allow_unused=None if arguments.unpacked else _may_be_unused(arguments),
    )  # fmt: skip
    if _mend(w, roots, values):
        values = tuple(w.state.value(root) for root in roots)
    gradients = tuple(_gradient(w, node, w.state.value(tensor), values, create_graph) for tensor in asked)
    if not gradients:
        from_unknown = w.unknown_tensor(requires_grad=None if create_graph is not False else False)
        return Tuple((from_unknown,)) if isinstance(inputs, Tensor) else from_unknown
    return Tuple(gradients)


def _gradient(w: Walker, node: ast.AST, of: Value, roots: tuple[Value, ...], create_graph: bool | None) -> Tensor:
    """One gradient: with `create_graph` it is itself part of a graph over all that the roots came from."""
    off, _ = w.state.off_scope
    tracked = False if create_graph is False or off else None if create_graph is None else True
    gradient = w.new_value(
        requires_grad=tracked, is_leaf=None if tracked is None else not tracked, kind=of.kind, shape=of.shape
    )
    if tracked is False and (off or not any(root.requires_grad for root in roots)):
        return w.keep(gradient)
    event = w.record(
        Applied, node, op="torch.autograd.grad", inputs=(*roots, of), outputs=(gradient,),
        keeps=None if tracked is not False else False, cut=Cut.FIRST_ORDER if tracked is False else None,
    )  # fmt: skip
    tensor = w.keep(gradient)
    w.state.update(tensor.id, made_by=event.id)
    return tensor


def _may_be_unused(arguments: Arguments) -> bool | None:
    flags = _flag(arguments.get(5, "allow_unused")), _flag(arguments.keywords.get("materialize_grads"))
    return True if True in flags else None if None in flags else False


def _values(w: Walker, item: Object | None) -> tuple[Value, ...]:
    return tuple(w.state.value(tensor) for tensor in _tensors(w, item))


def _tensors(w: Walker, item: Object | None) -> tuple[Tensor, ...]:
    if isinstance(item, Tensor):
        return (item,)
    return tuple(part for part in translate.sequence_items(w, item) or () if isinstance(part, Tensor)) if item else ()


def _accumulate(w: Walker, roots: tuple[Tensor, ...], values: tuple[Value, ...]) -> None:
    """Every leaf behind the roots has a gradient from now on, and so have intermediates that retain theirs."""
    if _mend(w, roots, values):
        values = tuple(w.state.value(root) for root in roots)
    found = _behind(w, values)
    w.spend(len(found.nodes) * 3 // 2)
    gradients = w.state.gradients
    for number in found.leaves:
        gradients[number] = True
    reached = {output.id for node in found.nodes for output in node.outputs} | {value.id for value in values}
    for number in reached:
        value = w.state.tensors.get(number)
        if value is not None and value.retains_grad:
            gradients[number] = True
    if not found.complete:
        for number, value in w.state.tensors.items():
            if value.requires_grad is not False and value.is_leaf is not False and not gradients.get(number):
                gradients[number] = None


def _behind(w: Walker, values: tuple[Value, ...]) -> Behind:
    return behind(w.recorder, *values)


def _mend(w: Walker, roots: tuple[Tensor, ...], values: tuple[Value, ...]) -> bool:
    """Where nothing behind the roots requires grad, PyTorch raises. The walk goes on as if the user had
    accepted the first fix, so that what comes next is judged too: the cut is taken back, or, where the graph
    never started, the one float tensor it could start from requires grad. Whether anything was changed."""
    if not values or any(value.requires_grad is not False for value in values):
        return False
    found = behind(w.recorder, *values)
    starts: set[int] = set()
    if found.cuts:
        for cut in found.cuts:
            starts |= set(beyond(w.recorder, cut).leaves)
    elif not found.complete:
        return False
    else:
        names: frozenset[str] = w.state.cells.get(GRAD_NAMES, frozenset())
        possible = possible_starts(w.recorder, *values, is_wanted=lambda value: _name_now(w, value) in names)
        read = {start.value.id for start in possible if _name_now(w, start.value) in names}
        for start in meant_starts(possible, read):
            starts.add(start.value.id)
            if start.value.id in w.state.tensors:
                w.state.update(start.value.id, requires_grad=True, is_leaf=True)
    if not starts:
        for root in roots:
            w.state.update(root.id, requires_grad=True, is_leaf=False)
        return True
    for number in _between(w.recorder, starts, values):
        if number in w.state.tensors and number not in starts:
            w.state.update(number, requires_grad=True, is_leaf=False)
    for number in starts:
        w.state.gradients[number] = True
    return True


def _name_now(w: Walker, value: Value) -> str | None:
    current = w.state.tensors.get(value.id)
    return current.name if current is not None else None


def _between(trace: Makers, starts: set[int], roots: tuple[Value, ...]) -> set[int]:
    """Ids of the values on a way from one of `starts` to one of `roots`."""
    on_the_way: dict[int, bool] = {}

    def reaches(value: Value, depth: int) -> bool:
        if value.id in starts:
            return True
        if value.id in on_the_way or depth > 400:
            return on_the_way.get(value.id, False)
        on_the_way[value.id] = False
        maker = trace.maker(value)
        inputs: tuple[Value, ...] = ()
        if isinstance(maker, Applied):
            inputs = tuple(operands(maker))
        elif isinstance(maker, Created):
            inputs = maker.inputs
        on_the_way[value.id] = any(reaches(item, depth + 1) for item in inputs)
        return on_the_way[value.id]

    for root in roots:
        reaches(root, 0)
    return {number for number, on in on_the_way.items() if on}
