"""Applying an op to tensors: which results require grad, what is saved, what is a view, what is written."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from gradsight.autograd import op_facts
from gradsight.autograd.events import Applied, Constant, Cut, Mutated, Saved, Site
from gradsight.autograd.op_facts_types import (
    HIDDEN,
    Alias,
    Construction,
    OpAnswer,
    Output,
    Returns,
)
from gradsight.autograd.values import Kind, Known, Shape, Value
from gradsight.static import shapes, translate
from gradsight.static.objects import (
    NONE,
    UNKNOWN,
    Arguments,
    Const,
    Iterator,
    List,
    Object,
    Scalar,
    Slice,
    Tensor,
    Tuple,
)
from gradsight.static.translate import kind_of, shape_argument, values_in
from gradsight.static.walker import Walker

_INDEXED = "torch.Tensor.__getitem__"
_DETACHING = ("torch.Tensor.detach", "torch.Tensor.detach_", "torch.Tensor.data", "torch.detach")


@dataclass(frozen=True, slots=True)
class Call:
    """One application of an op: its name, what it is given, and the tensors that a module brings along."""

    name: str
    arguments: Arguments
    members: Mapping[str, int] | None = None
    """Of a module: its parameters and buffers by slot (`param:weight`)."""
    construction: Construction | None = None
    shape: Shape | tuple[Shape, ...] = None
    """The shape of the result, where the caller knows better than the table of shapes."""
    built: Arguments | None = None
    """Of a module: what it was built with."""
    built_at: Site | None = None


def apply(w: Walker, node: ast.AST, call: Call, site: Site | None = None) -> Object:
    """The result of an op; records what it did. Unknown ops give a tensor of which nothing is known."""
    at = site or w.site(node)
    w.spend(3 + len(call.arguments.positional) // 4)
    kinds = [kind_of(w, item) for item in call.arguments.positional]
    keywords = {name: kind_of(w, item) for name, item in call.arguments.keywords.items()}
    answer = None if call.arguments.unpacked else op_facts.answer(call.name, kinds, keywords, call.construction)
    slots = _slots(w, call)
    inputs = tuple(value for values in slots.values() for value in values)
    if answer is None or answer.uncertain:
        return _unknown_op(w, at, call, inputs)
    if answer.in_place is not None:
        return _write(w, at, call, answer, slots)
    if not answer.outputs:
        return UNKNOWN if answer.returns is not None else Scalar()
    return _compute(w, at, call, answer, slots, inputs)


def _constants(call: Call) -> tuple[tuple[str, Constant], ...]:
    if not call.arguments.keywords and len(call.arguments.positional) < 2 and call.built is None:
        return ()
    return translate.constants(
        call.arguments if call.built is None else call.built, call.name.endswith(("__getitem__", "__setitem__"))
    )


def _slots(w: Walker, call: Call) -> dict[str, tuple[Value, ...]]:
    slots = {f"in:{index}": tuple(values_in(w, item)) for index, item in enumerate(call.arguments.positional)}
    slots |= {f"in:{name}": tuple(values_in(w, item)) for name, item in call.arguments.keywords.items()}
    for slot, number in (call.members or {}).items():
        slots[slot] = (w.state.tensors[number],)
    return slots


def _held(slots: Mapping[str, tuple[Value, ...]], slot: str) -> tuple[Value, ...]:
    """What stands in a slot; one that is numbered by the construction (`param:weight_ih_l*`) stands for all numbers."""
    if "*" not in slot:
        return slots.get(slot, ())
    start = slot.partition("*")[0]
    return tuple(value for name, values in slots.items() if name.startswith(start) for value in values)


def any_requires_grad(values: Iterable[Value]) -> Known:
    """Whether one of the values requires grad, three-valued."""
    result: Known = False
    for value in values:
        if value.requires_grad:
            return True
        if value.requires_grad is None:
            result = None
    return result


def _unknown_op(w: Walker, at: Site, call: Call, inputs: tuple[Value, ...]) -> Object:
    off, scope = w.state.off_scope
    result = w.new_value(requires_grad=False if off else None, is_leaf=None)
    event = w.record(
        Applied, at, op=call.name, inputs=inputs, outputs=(result,), scope=scope if off else None,
        constants=_constants(call), built=call.built_at,
    )  # fmt: skip
    return w.keep(replace(result, made_by=event.id))


def _requires_grad(output: Output, slots: Mapping[str, tuple[Value, ...]]) -> Known:
    if output.differentiable is False:
        return False
    known = any_requires_grad(value for slot in output.from_slots for value in _held(slots, slot))
    return known if output.differentiable or known is False else None


def _cut(answer: OpAnswer, output: Output, off: bool, inputs: tuple[Value, ...]) -> Cut | None:
    if any_requires_grad(inputs) is not True:
        return None
    if answer.name in _DETACHING:
        return Cut.DETACH
    if output.differentiable is False:
        return Cut.NOT_DIFFERENTIABLE
    return Cut.GRAD_MODE if off else None


def _compute(
    w: Walker, at: Site, call: Call, answer: OpAnswer, slots: dict[str, tuple[Value, ...]], inputs: tuple[Value, ...]
) -> Object:
    off, scope = w.state.off_scope
    shape = call.shape if call.shape is not None else infer_shape(w, call)
    same = _same_object(w, call, answer)
    if same is not None:
        return same
    outputs: list[Value] = []
    event_id = w.recorder.number()
    precisions = {w.state.dtypes.get(value.id) for value in inputs if value.kind is not Kind.INTEGER}
    for index, output in enumerate(answer.outputs):
        requires_grad = False if off else _requires_grad(output, slots)
        if output.dtype is not None and not output.dtype.can_require_grad:
            requires_grad = False
        if call.name == _INDEXED:
            output = replace(output, alias=_indexed(w, call.arguments.positional[1:]))
        base = slots.get(output.alias_of or "", ())
        shared = len(base) == 1 and output.alias in (Alias.VIEW, Alias.SAME, Alias.UNTRACKED)
        for part in _parts(answer, shape, index):
            value = w.new_value(
                requires_grad=requires_grad,
                is_leaf=None if requires_grad is None else not requires_grad,
                kind=output.dtype,
                shape=part,
                storage=base[0].storage if shared else None,
                made_by=event_id,
            )
            if len(base) == 1 and output.alias is not Alias.NEW:
                inference = base[0].is_inference and (shared or w.state.inference)
                value = replace(value, is_inference=inference)  # a view of a normal tensor is one, too
            if shared and output.alias is Alias.VIEW and call.name not in _DETACHING:
                w.state.look_into(value.id, base[0].id)
            if output.alias is Alias.UNTRACKED or (shared and base[0].id in w.state.untracked):
                w.state.untracked[value.id] = True
            outputs.append(w.state.value(w.keep(value)))
            if value.kind is Kind.FLOAT and len(precisions) == 1 and (only := next(iter(precisions))) is not None:
                w.state.dtypes[value.id] = only
    first = answer.outputs[0]
    cut = _cut(answer, first, off, inputs) if all(value.requires_grad is False for value in outputs) else None
    saved, keeps = (
        _saved(w, answer, slots, outputs) if any(v.requires_grad is not False for v in outputs) else ((), False)
    )
    w.recorder.add(
        Applied(
            id=event_id,
            site=at,
            branch=w.branch,
            calls=w.calls,
            op=call.name,
            inputs=inputs,
            outputs=tuple(outputs),
            saved=saved,
            keeps=keeps,
            scope=scope if off else None,
            cut=cut,
            constants=_constants(call),
            built=call.built_at,
        )
    )
    tensors = [Tensor(value.id) for value in outputs]
    if answer.many:
        exact = _listed(shape)
        return Iterator(tuple(tensors), rest=None if exact else tensors[-1], exact=exact)
    return _returned(answer.returns, tensors)


def _indexed(w: Walker, index: tuple[Object, ...]) -> Alias:
    """Ints, slices, None and Ellipsis give a view, tensors and lists of them a copy."""
    parts: list[Object] = []
    for item in index:
        parts.extend(item.items if isinstance(item, Tuple) else (item,))
    if any(isinstance(part, Tensor) or w.deref(part, List) is not None for part in parts):
        return Alias.NEW
    if all(isinstance(part, Const | Slice | Scalar) for part in parts):
        return Alias.VIEW
    return Alias.MAYBE


def _same_object(w: Walker, call: Call, answer: OpAnswer) -> Object | None:
    if answer.returns != 0 or answer.outputs[0].alias is not Alias.SAME:
        return None
    slot = answer.outputs[0].alias_of or ""
    item = call.arguments.positional[int(slot[3:])] if slot[3:].isdigit() else call.arguments.keywords.get(slot[3:])
    return item if isinstance(item, Tensor) else None


def _returned(returns: Returns, tensors: list[Tensor]) -> Object:
    if returns is None:
        return NONE
    if isinstance(returns, int):
        return tensors[returns] if returns < len(tensors) else UNKNOWN
    return Tuple(tuple(_returned(part, tensors) for part in returns))


_MOST_PARTS = 16


def _listed(shape: Shape | tuple[Shape, ...]) -> bool:
    """Whether this is a shape for each of several results, and not that of one."""
    return bool(shape) and shape is not None and isinstance(shape[0], tuple) and len(shape) <= _MOST_PARTS


def _parts(answer: OpAnswer, shape: Shape | tuple[Shape, ...], index: int) -> tuple[Shape, ...]:
    """The shapes of what output `index` stands for: one tensor, or each of several (two if nobody knows how many)."""
    listed = _listed(shape)
    if answer.many:
        return shape if listed else (None, None)  # type: ignore[return-value]
    if listed:
        return (shape[index],) if shape is not None and index < len(shape) else (None,)  # type: ignore[return-value]
    return (shape,) if index == 0 and len(answer.outputs) == 1 else (None,)  # type: ignore[return-value]


def _saved(
    w: Walker, answer: OpAnswer, slots: Mapping[str, tuple[Value, ...]], outputs: list[Value]
) -> tuple[tuple[Saved, ...], Known]:
    """What is surely saved, and whether the node keeps anything that a backward frees."""
    saved: list[Saved] = []
    keeps: Known = False
    named = {slot: parameter for parameter, bound in answer.bound.items() for slot in bound}
    for entry in answer.saved:
        cause = any_requires_grad(value for slot in entry.when for value in _held(slots, slot))
        if cause is False:
            continue
        if cause is None or not entry.certain:
            keeps = keeps or None
            continue
        keeps = True
        if entry.slot == HIDDEN:
            continue
        if entry.slot.startswith("out:"):
            index = int(entry.slot[4:])
            kept: tuple[Value, ...] = (outputs[index],) if index < len(outputs) else ()
            what = "result"
        else:
            kept, what = _held(slots, entry.slot), named.get(entry.slot, entry.slot.partition(":")[2])
        for value in kept:
            if value.storage is not None:
                saved.append(Saved(value, value.storage, w.state.versions.get(value.storage, 0), what))
    return tuple(saved), keeps


def _write(w: Walker, at: Site, call: Call, answer: OpAnswer, slots: dict[str, tuple[Value, ...]]) -> Object:
    """An in-place op: the version moves, and in grad mode the written tensor joins the graph."""
    state = w.state
    target = next(iter(slots.get(answer.in_place or "", ())), None)
    if target is None or target.id not in state.tensors:
        return UNKNOWN
    others = tuple(value for slot, values in slots.items() if slot != answer.in_place for value in values)
    off, scope = state.off_scope
    storage = target.storage
    noticed = target.id not in state.untracked
    version = state.bump(storage) if storage is not None and noticed else state.versions.get(storage or 0, 0)
    requires_grad = target.requires_grad
    refused = is_leaf_write(w, target) and not off and noticed
    event_id = w.recorder.number()
    joins = not off and noticed and not refused
    if joins:
        requires_grad = (
            any_requires_grad((target, *others))
            if answer.outputs and answer.outputs[0].differentiable is not False
            else target.requires_grad
        )
        if target.kind is not None and not target.kind.can_require_grad:
            requires_grad = False
    after = replace(
        target,
        requires_grad=requires_grad,
        is_leaf=(False if requires_grad else target.is_leaf) if joins else target.is_leaf,
        made_by=event_id if joins else target.made_by,
    )
    state.tensors[target.id] = after
    if joins and requires_grad:
        spread_through_views(w, after)
    saved, keeps = _saved(w, answer, slots, [after]) if requires_grad is not False and joins else ((), False)
    w.recorder.add(
        Mutated(
            id=event_id,
            site=at,
            branch=w.branch,
            calls=w.calls,
            op=call.name,
            inputs=others,
            outputs=(after,),
            saved=saved,
            keeps=keeps,
            scope=scope if off else None,
            target=target,
            version=version,
            noticed=noticed,
            constants=_constants(call),
        )
    )
    return Tensor(target.id)


def is_leaf_write(w: Walker, target: Value) -> bool:
    """Whether PyTorch refuses to write `target` in place: a leaf that requires grad, or a view of one."""
    base = w.state.tensors.get(w.state.views.get(target.id, target.id), target)
    return any(value.requires_grad is True and value.is_leaf is True for value in (target, base))


def spread_through_views(w: Walker, written: Value) -> None:
    """A base and its views share one history: a write through one of them moves all of them into the graph."""
    state = w.state
    base = state.views.get(written.id, written.id)
    for number in sorted({base, *state.looking.get(base, ())}):
        value = state.tensors.get(number)
        if value is not None and number != written.id:
            state.tensors[number] = replace(value, requires_grad=True, is_leaf=False, made_by=written.made_by)


# --- shapes ------------------------------------------------------------------------------------


def infer_shape(w: Walker, call: Call) -> Shape | tuple[Shape, ...]:
    """The shape of the result as far as it is certain."""
    if call.arguments.unpacked:
        return None
    positional = [shape_argument(w, item) for item in call.arguments.positional]
    keywords = {name: shape_argument(w, item) for name, item in call.arguments.keywords.items()}
    return shapes.result_shape(call.name, positional, keywords)
