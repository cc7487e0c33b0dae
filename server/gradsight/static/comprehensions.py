"""Comprehensions and generator expressions: the element is evaluated for each item that is known, at most a few."""

from __future__ import annotations

import ast

from gradsight.autograd.loop_events import Looped
from gradsight.static import assignment, containers, generators, operators
from gradsight.static.objects import UNKNOWN, Const, Dict, Iterator, List, Object, Range
from gradsight.static.walker import Frame, Walker

_MOST = 32
_MOST_PLAIN = 256
"""Without a call in it an element costs next to nothing: `[p for p in parameters if p.requires_grad]`."""


def evaluate_comprehension(w: Walker, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Object:
    """The list, dictionary or generator."""
    outer = w.frame
    scope = w.recorder.number()
    w.state.scopes[scope] = {}
    w.state.parents[scope] = outer.scope
    results: list[tuple[Object, Object]] = []
    frame = Frame(scope, outer.path, outer.chunk, outer.function, outer.owner, outer.receiver, set(outer.globals))
    w.frames.append(frame)
    try:
        exact = _level(w, node, node.generators, results)
    finally:
        w.frames.pop()
    if w.live is None:
        return UNKNOWN
    if scope not in w.state.captured:
        w.state.scopes.pop(scope)
    items = tuple(item for _, item in results)
    rest = None if exact else (items[-1] if items else UNKNOWN)
    if isinstance(node, ast.DictComp):
        known = {key.value: item for key, item in results if isinstance(key, Const)}
        return w.allocate(Dict(known, rest if exact and len(known) == len(results) else rest or UNKNOWN))
    if isinstance(node, ast.GeneratorExp):
        return generators.made(w, node, Iterator(items, rest, exact))
    return w.allocate(List(items, rest))


def _level(
    w: Walker,
    node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
    generators: list[ast.comprehension],
    results: list[tuple[Object, Object]],
) -> bool:
    """Walks one `for` of the comprehension; whether the results are all there are."""
    if not generators:
        if isinstance(node, ast.DictComp):
            key = w.evaluate(w, node.key)
            results.append((key, w.evaluate(w, node.value)))
        else:
            results.append((UNKNOWN, w.evaluate(w, node.elt)))
        return True
    generator, *inner = generators
    source = w.evaluate(w, generator.iter)
    if w.live is None:
        return False
    items, exact = containers.iterate(w, source, generator.iter)
    if w.live is None:
        return False
    length = len(items) if exact else source.length if isinstance(source, Range) else None
    begin = w.recorder.number()
    if not items and not exact:
        items = [containers.further(w, source)]
    most = _MOST if any(isinstance(part, ast.Call) for part in ast.walk(node)) else _MOST_PLAIN
    exact = exact and len(items) <= most
    for item in items[:most]:
        if w.live is None:
            return False
        assignment.assign(w, generator.target, item, generator.target)
        passes = [operators.as_truth(w, w.evaluate(w, condition)) for condition in generator.ifs]
        if False in passes:
            continue
        exact = None not in passes and exact
        exact = _level(w, node, inner, results) and exact
    w.record(Looped, generator.iter, begin=begin, length=length)
    return exact
