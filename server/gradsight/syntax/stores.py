"""Where a program keeps things: the places at which a name, an attribute or an item is given a value."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_ADDERS = {"append", "appendleft", "insert", "extend", "add", "update", "setdefault", "push"}


@dataclass(frozen=True, slots=True)
class Store:
    """One target that gets a value."""

    statement: ast.stmt
    target: ast.expr
    """The name, attribute or item; of `states.append(h)` the receiver."""
    value: ast.expr
    """What it gets; all of the right side where that is not known by parts."""
    added: bool = False
    """Whether it is put into a container by a method."""


def base(node: ast.AST) -> str | None:
    """The name or attribute that an expression is about: `self.state` of `self.state["h"]`; None for anything else."""
    while isinstance(node, ast.Subscript | ast.Starred):
        node = node.value
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None


def reads(node: ast.AST) -> list[str]:
    """The names and attributes that an expression or statement reads, without what it only calls."""
    found: dict[str, None] = {}
    called = {id(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)}
    for part in ast.walk(node):
        text = None
        if isinstance(part, ast.AugAssign):
            text = base(part.target)
        elif isinstance(part, ast.Name | ast.Attribute) and isinstance(part.ctx, ast.Load) and id(part) not in called:
            text = base(part)
        if text is not None:
            found[text] = None
    return list(found)


def stores(nodes: Iterable[ast.AST]) -> Iterator[Store]:
    """Every store in these nodes and below, in the order of the text."""
    for top in nodes:
        for node in ast.walk(top):
            match node:
                case ast.Assign(targets=targets, value=value):
                    for target in targets:
                        yield from _parts(node, target, value)
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    yield Store(node, target, value)
                case ast.AugAssign(target=target, value=value):
                    yield Store(node, target, value)
                case ast.Expr(ast.Call(func=ast.Attribute(value=receiver, attr=method), args=[*_, given])) if (
                    method in _ADDERS
                ):
                    yield Store(node, receiver, given, added=True)


def _parts(statement: ast.stmt, target: ast.expr, value: ast.expr) -> Iterator[Store]:
    if not isinstance(target, ast.Tuple | ast.List):
        yield Store(statement, target, value)
        return
    values = value.elts if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts) else None
    for index, part in enumerate(target.elts):
        yield from _parts(statement, part, values[index] if values is not None else value)
