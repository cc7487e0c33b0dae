"""`copy.deepcopy` of what the interpreter models: new tensors and modules of the same make."""

from __future__ import annotations

import ast
from dataclasses import replace

from gradsight.autograd.events import Created
from gradsight.autograd.module_events import ModuleCopied
from gradsight.static import registration
from gradsight.static.objects import UNKNOWN, Dict, Instance, List, Object, Optimizer, Ref, Tensor, Tuple
from gradsight.static.walker import Walker


def duplicate(w: Walker, node: ast.AST, item: Object, deep: bool) -> Object:
    """A copy; a shallow one shares what the original holds."""
    copier = _Copier(w, node, deep)
    copy = copier.copy(item)
    if deep and w.module(item) is not None:
        pairs = [
            (w.state.value(tensor), w.state.value(twin))
            for _, tensor in registration.named_parameters(w, item)
            if isinstance(twin := copier.done.get(tensor.id), Tensor)
        ]
        given = node.args[0] if isinstance(node, ast.Call) and node.args else None
        name = ast.unparse(given) if isinstance(given, ast.Name | ast.Attribute) else None
        w.record(ModuleCopied, node, name=name, pairs=tuple(pairs))
    return copy


class _Copier:
    def __init__(self, w: Walker, node: ast.AST, deep: bool) -> None:
        self.w, self.node, self.deep = w, node, deep
        self.done: dict[int, Object] = {}

    def copy(self, item: Object) -> Object:
        match item:
            case Tensor(number):
                return self._tensor(number) if self.deep else item
            case Tuple(items):
                return replace(item, items=tuple(self.copy(part) for part in items))
            case Ref(number):
                return self._heap(item)
        return item

    def _tensor(self, number: int) -> Object:
        if number in self.done:
            return self.done[number]
        value = self.w.state.tensors[number]
        event_id = self.w.recorder.number()
        fresh = replace(value, id=self.w.recorder.number(), storage=event_id, made_by=event_id, name=value.name)
        self.w.recorder.add(
            Created(
                id=event_id,
                site=self.w.site(self.node),
                branch=self.w.branch,
                calls=self.w.calls,
                value=fresh,
                by="copy.deepcopy",
                explicit=value.requires_grad,
            )
        )
        self.done[number] = self.w.keep(fresh)
        return self.done[number]

    def _heap(self, ref: Ref) -> Object:
        if ref.id in self.done:
            return self.done[ref.id]
        found = self.w.state.heap.get(ref.id)
        if found is None or isinstance(found, Optimizer):
            return UNKNOWN
        new = self.done[ref.id] = self.w.allocate(found)
        inner = self.copy if self.deep else _as_it_is
        match found:
            case List(items, rest):
                self.w.state.heap[new.id] = replace(found, items=tuple(inner(part) for part in items), rest=rest)
            case Dict(items, rest):
                copied = {key: inner(part) for key, part in items.items()}
                self.w.state.heap[new.id] = replace(found, items=copied, rest=rest)
            case Instance():
                attributes = {name: inner(part) for name, part in found.attributes.items()}
                self.w.state.heap[new.id] = replace(found, attributes=attributes)
        return new


def _as_it_is(item: Object) -> Object:
    return item
