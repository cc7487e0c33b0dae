"""Generators of parameters: what goes through one to its end leaves nothing for the next."""

from __future__ import annotations

import ast
from dataclasses import replace

from gradsight.autograd.module_events import IteratorExhausted
from gradsight.static.objects import Iterator, Object, Tensor, Tuple
from gradsight.static.walker import Walker


def made(w: Walker, node: ast.AST, iterator: Iterator) -> Iterator:
    """Gives a new generator an identity, so that it is known when it is used up."""
    return replace(iterator, number=w.recorder.number(), made=w.site(node))


def holds_parameters(w: Walker, items: tuple[Object, ...]) -> bool:
    """Whether a generator gives leaves that require grad, or names with such leaves."""
    parts = [part for item in items for part in (item.items if isinstance(item, Tuple) else (item,))]
    values = [w.state.value(part) for part in parts if isinstance(part, Tensor)]
    return any(value.is_parameter or (value.requires_grad is True and value.is_leaf is True) for value in values)


def goes_on(w: Walker, iterator: Iterator, node: ast.AST, by: str = "loop") -> bool:
    """Whether the generator still gives something to what goes through it at `node`; it is used up afterwards."""
    if iterator.number is None or iterator.made is None:
        return True
    first = w.state.used_up.get(iterator.number)
    if first is None:
        w.state.used_up[iterator.number] = w.site(node)
        return True
    if holds_parameters(w, iterator.items):
        w.record(IteratorExhausted, node, made=iterator.made, emptied=first, by=by)
    return False


def left_early(w: Walker, source: Object) -> None:
    """A loop over it may have ended before the generator did."""
    if isinstance(source, Iterator) and source.number is not None:
        w.state.used_up.pop(source.number, None)
