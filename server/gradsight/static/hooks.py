"""Forward hooks of modules: functions of the program that see, and may replace, what goes in and what comes out."""

from __future__ import annotations

import ast
from dataclasses import replace

from gradsight.static.objects import NONE, UNKNOWN, Arguments, Const, Dotted, Instance, List, Object, Ref, Tensor, Tuple
from gradsight.static.walker import Walker

HANDLE = Dotted("<hook handle>")
_BEFORE, _AFTER = "<before forward>", "<after forward>"
_LISTS = {"register_forward_hook": _AFTER, "register_forward_pre_hook": _BEFORE}
OTHERS = frozenset(
    [
        "register_full_backward_hook", "register_full_backward_pre_hook", "register_backward_hook",
        "register_state_dict_pre_hook", "register_load_state_dict_post_hook",
    ]
)  # fmt: skip
"""Hooks that see gradients or states, and no values of the forward pass."""
NAMES = frozenset(_LISTS) | OTHERS


def register(w: Walker, ref: Ref, found: Instance, name: str, arguments: Arguments) -> Object:
    """`module.register_forward_hook(function)`: a handle that can take it back."""
    hook = arguments.get(0, "hook") or UNKNOWN
    place = _LISTS.get(name)
    if place is None:
        return w.allocate(Instance(HANDLE, {}))
    flag = arguments.keywords.get("with_kwargs")
    entry = Tuple((hook, Const(isinstance(flag, Const) and bool(flag.value))))
    present = found.attributes.get(place)
    others = present.items if isinstance(present, Tuple) else ()
    attributes = {**found.attributes, place: Tuple((*others, entry))}
    w.state.heap[ref.id] = replace(found, attributes=attributes)
    return w.allocate(Instance(HANDLE, {"module": ref, "entry": entry, "list": Const(place)}))


def call_handle(w: Walker, handle: Instance, name: str) -> Object:
    """`handle.remove()`."""
    module, entry, place = (handle.attributes.get(key) for key in ("module", "entry", "list"))
    found = w.module(module)
    if name == "remove" and found is not None and isinstance(module, Ref) and isinstance(place, Const):
        present = found.attributes.get(str(place.value))
        kept = tuple(item for item in present.items if item != entry) if isinstance(present, Tuple) else ()
        w.state.heap[module.id] = replace(found, attributes={**found.attributes, str(place.value): Tuple(kept)})
    return NONE


def before(w: Walker, node: ast.AST, ref: Ref, found: Instance, arguments: Arguments) -> Arguments:
    """What `forward` gets after the hooks before it."""
    for hook, with_keywords in _hooks(found, _BEFORE):
        given: tuple[Object, ...] = (ref, Tuple(arguments.positional))
        result = w.call(w, node, hook, Arguments((*given, UNKNOWN) if with_keywords else given))
        if w.live is None:
            return arguments
        if isinstance(result, Tuple):
            arguments = replace(arguments, positional=result.items)
        elif isinstance(result, Tensor):
            arguments = replace(arguments, positional=(result,))
    return arguments


def after(w: Walker, node: ast.AST, ref: Ref, found: Instance, arguments: Arguments, output: Object) -> Object:
    """What a module gives after the hooks behind `forward`."""
    for hook, with_keywords in _hooks(found, _AFTER):
        if w.live is None:
            return UNKNOWN
        given: tuple[Object, ...] = (ref, Tuple(arguments.positional))
        result = w.call(w, node, hook, Arguments((*given, UNKNOWN, output) if with_keywords else (*given, output)))
        if isinstance(result, Tensor | Tuple) or w.deref(result, List) is not None:
            output = result
    return output


def _hooks(found: Instance, place: str) -> list[tuple[Object, bool]]:
    present = found.attributes.get(place)
    entries = present.items if isinstance(present, Tuple) else ()
    return [(entry.items[0], entry.items[1] == Const(True)) for entry in entries if isinstance(entry, Tuple)]
