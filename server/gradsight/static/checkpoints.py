"""`torch.utils.checkpoint`: the function is called as it stands, and the old kind may lose the graph."""

from __future__ import annotations

import ast
from dataclasses import replace

from gradsight.autograd.events import Applied, Cut
from gradsight.autograd.values import Value
from gradsight.static import containers, translate
from gradsight.static.objects import NONE, UNKNOWN, Arguments, Const, Iterator, Object, Tensor, Tuple
from gradsight.static.ops import any_requires_grad
from gradsight.static.walker import Walker

NAME = "torch.utils.checkpoint.checkpoint"
SEQUENTIAL = "torch.utils.checkpoint.checkpoint_sequential"
_OWN = ("use_reentrant", "context_fn", "determinism_check", "debug", "early_stop", "preserve_rng_state")


def call(w: Walker, node: ast.AST, name: str, arguments: Arguments) -> Object:
    """`checkpoint(function, *arguments)`, `checkpoint_sequential(functions, segments, input)`."""
    if name == SEQUENTIAL:
        functions, _ = containers.iterate(w, arguments.get(0, "functions") or UNKNOWN, node)
        item = arguments.get(2, "input") or UNKNOWN
        given = Arguments((item,), {key: part for key, part in arguments.keywords.items() if key in _OWN})
        for function in functions:
            if w.live is not None:
                item = w.call(w, node, function, Arguments((item,)))
        return _outcome(w, node, item, given)
    if not arguments.positional:
        return UNKNOWN
    function, *others = arguments.positional
    keywords = {key: item for key, item in arguments.keywords.items() if key not in _OWN}
    result = w.call(w, node, function, Arguments(tuple(others), keywords, arguments.unpacked))
    return _outcome(w, node, result, replace(arguments, positional=tuple(others)))


def _outcome(w: Walker, node: ast.AST, result: Object, arguments: Arguments) -> Object:
    """The result; without a history where no input has one and PyTorch looks at the inputs only."""
    reentrant = arguments.keywords.get("use_reentrant", NONE)
    if w.live is None or arguments.unpacked or reentrant not in (NONE, Const(True)) or w.state.off_scope[0]:
        return result
    # Only tensors that are arguments themselves count, not those in lists.
    inputs = [value for item in arguments.positional for value in _of_argument(w, item)]
    if any_requires_grad(inputs) is not False:
        return result
    return _cut(w, node, result)


def _of_argument(w: Walker, item: Object) -> list[Value]:
    if isinstance(item, Const | Tuple | Iterator):
        return []
    return list(translate.values_in(w, item))


def _cut(w: Walker, node: ast.AST, item: Object) -> Object:
    if isinstance(item, Tuple):
        return replace(item, items=tuple(_cut(w, node, part) for part in item.items))
    if not isinstance(item, Tensor) or w.state.value(item).requires_grad is not True:
        return item
    value = w.state.value(item)
    lost = w.new_value(name=value.name, requires_grad=False, is_leaf=True, kind=value.kind, shape=value.shape)
    event = w.record(Applied, node, op=NAME, inputs=(value,), outputs=(lost,), keeps=False, cut=Cut.CHECKPOINT)
    return w.keep(replace(lost, made_by=event.id))
