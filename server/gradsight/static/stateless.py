"""`torch.func.functional_call`: a module with other tensors in place of its own, for one call."""

from __future__ import annotations

import ast
from dataclasses import replace

from gradsight.static import containers
from gradsight.static.objects import UNKNOWN, Arguments, Dict, Instance, Object, Ref, Tuple
from gradsight.static.walker import Walker


def call(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    """The result of the call; the module has its own tensors again afterwards."""
    module, given = arguments.get(0, "module"), arguments.get(1, "parameters_and_buffer_dicts")
    found = _tensors(w, given, node)
    passed = arguments.get(2, "args") or Tuple(())
    positional = passed.items if isinstance(passed, Tuple) else (passed,)
    keywords = w.deref(arguments.get(3, "kwargs"), Dict)
    named = {str(key): item for key, item in keywords.items.items()} if keywords is not None else {}
    if not isinstance(module, Ref) or w.module(module) is None or found is None:
        w.opaque(node, arguments.each())
        return UNKNOWN
    before: dict[int, Instance] = {}
    for name, item in found.items():
        *way, last = name.split(".")
        owner: Object | None = module
        for step in way:
            inner = w.module(owner)
            owner = inner.attributes.get(step) if inner is not None else None
        holder = w.module(owner)
        if holder is None or not isinstance(owner, Ref):
            continue
        before.setdefault(owner.id, holder)
        w.state.heap[owner.id] = replace(holder, attributes={**holder.attributes, last: item})
    result = w.call(w, node, module, Arguments(positional, named))
    if w.live is not None:
        for number, holder in before.items():
            w.state.heap[number] = holder
    return result


def _tensors(w: Walker, given: Object | None, node: ast.AST) -> dict[str, Object] | None:
    """The tensors by name, from one dictionary or several; None where some are not known."""
    table = w.deref(given, Dict)
    if table is not None:
        known = table.rest is None and all(isinstance(key, str) for key in table.items)
        return {str(key): item for key, item in table.items.items()} if known else None
    tables, exact = containers.iterate(w, given or UNKNOWN, node)
    merged: dict[str, Object] = {}
    for each in tables:
        inner = _tensors(w, each, node) if w.deref(each, Dict) is not None else None
        if inner is None:
            return None
        merged |= inner
    return merged if exact and tables else None
